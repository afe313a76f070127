import { everything, filterCount, readQuery, writeQuery, type CatalogueQuery } from './catalogue-query.ts';

export type Kind = '' | 'course' | 'lesson';

/** A search as the address holds it: the catalogue's filters, and what is searched. */
export interface SearchQuery extends CatalogueQuery {
	kind: Kind;
}

export function readSearch(params: URLSearchParams): SearchQuery {
	const kind = params.get('kind');
	return { ...readQuery(params), sort: everything.sort, kind: kind === 'course' || kind === 'lesson' ? kind : '' };
}

export function writeSearch(query: SearchQuery): string {
	const address = writeQuery(query).replace('/catalogue', '/search');
	if (!query.kind) return address;
	return `${address}${address.includes('?') ? '&' : '?'}kind=${query.kind}`;
}

export function withoutFilters(query: SearchQuery): SearchQuery {
	return { ...everything, q: query.q, kind: query.kind };
}

export { filterCount };
