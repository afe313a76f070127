/** What the catalogue shows; the address holds it whole, so that a link or "back" brings it again. */
export interface CatalogueQuery {
	q: string;
	category: string;
	length: string[];
	level: string;
	language: string;
	plan: string;
	sort: Sort;
}

export const lengths = ['7', '14', '21', 'self_paced'] as const;
export const levels = ['beginner', 'intermediate', 'advanced'] as const;
export const sorts = ['newest', 'popular', 'title'] as const;
export const plans = ['free', 'premium'] as const;
export type Sort = (typeof sorts)[number];

export const everything: CatalogueQuery = { q: '', category: '', length: [], level: '', language: '', plan: '', sort: 'newest' };

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | '' => list.find((v) => v === value) ?? '';
const word = (value: string | null): string => (value && /^[A-Za-z0-9_-]{1,60}$/.test(value) ? value : '');

/** Reads an address; what is unknown counts as not said. */
export function readQuery(params: URLSearchParams): CatalogueQuery {
	const asked = (params.get('length') ?? '').split(',');
	return {
		q: (params.get('q') ?? '').trim().slice(0, 200),
		category: word(params.get('category')),
		length: lengths.filter((l) => asked.includes(l)),
		level: oneOf(levels, params.get('level')),
		language: word(params.get('language')),
		plan: oneOf(plans, params.get('plan')),
		sort: oneOf(sorts, params.get('sort')) || everything.sort
	};
}

/** The address of a query: short, in a fixed order, nothing for what is not set. */
export function writeQuery(query: CatalogueQuery): string {
	const params = new URLSearchParams();
	for (const key of ['q', 'category', 'level', 'language', 'plan'] as const) if (query[key]) params.set(key, query[key]);
	if (query.length.length) params.set('length', lengths.filter((l) => query.length.includes(l)).join(','));
	if (query.sort !== everything.sort) params.set('sort', query.sort);
	const text = params.toString().replaceAll('%2C', ',');
	return text ? `/catalogue?${text}` : '/catalogue';
}

/** The same filters as the server's list and search take them. */
export function filtersOf(query: CatalogueQuery): Record<string, string> {
	const { category, level, language, plan } = query;
	const all = { category, level, language, plan, length: query.length.join(',') };
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** How many filters are set, the words not counted. */
export function filterCount(query: CatalogueQuery): number {
	return Object.keys(filtersOf(query)).length;
}

/** Presses one filter: on, or off when it was on already. */
export function toggled(query: CatalogueQuery, facet: 'category' | 'level' | 'language' | 'plan' | 'length', value: string): CatalogueQuery {
	if (facet === 'length') {
		const length = query.length.includes(value) ? query.length.filter((l) => l !== value) : [...query.length, value];
		return { ...query, length: lengths.filter((l) => length.includes(l)) };
	}
	return { ...query, [facet]: query[facet] === value ? '' : value };
}
