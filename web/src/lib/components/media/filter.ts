import type { Kind } from './kinds.ts';
import { kinds } from './kinds.ts';

export const states = ['used', 'unused', 'working', 'failed'] as const;

/** What the library is narrowed to; it lives in the address. */
export interface MediaFilter {
	q: string;
	kind?: Kind;
	owner?: string;
	/** Absent: every file that is ready. Of files on their way, and of those that were refused, an admin sees everybody's. */
	state?: (typeof states)[number];
	sort: 'newest' | 'name' | 'largest';
}

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | undefined => list.find((v) => v === value);

export function readFilter(params: URLSearchParams): MediaFilter {
	return {
		q: (params.get('q') ?? '').trim().slice(0, 100),
		kind: oneOf(kinds, params.get('kind')),
		owner: params.get('owner') || undefined,
		state: oneOf(states, params.get('state')),
		sort: oneOf(['newest', 'name', 'largest'] as const, params.get('sort')) ?? 'newest'
	};
}

/** The library's address with this filter, and perhaps one file opened. */
export function address(filter: MediaFilter, file?: string): string {
	const params = new URLSearchParams();
	if (filter.q) params.set('q', filter.q);
	if (filter.kind) params.set('kind', filter.kind);
	if (filter.owner) params.set('owner', filter.owner);
	if (filter.state) params.set('state', filter.state);
	if (filter.sort !== 'newest') params.set('sort', filter.sort);
	if (file) params.set('file', file);
	const query = params.toString();
	return `/teach/media${query ? `?${query}` : ''}`;
}

/** What somebody says he sends, as a kind of file: what it is, the server finds out when it has come. */
function likely(mime: string): Kind {
	const begins = (['image', 'video', 'audio'] as const).find((kind) => mime.startsWith(`${kind}/`));
	return begins ?? (/^(text\/vtt|application\/x-subrip)/.test(mime) ? 'captions' : 'document');
}

/** Uploads that are not files yet, narrowed and in order as files are. They come newest first. */
export function narrowed<U extends { name: string; mime: string; length: number; owner?: { id: string } | null }>(all: U[], filter: MediaFilter): U[] {
	const q = filter.q.toLocaleLowerCase();
	const left = all.filter(
		(u) =>
			(!q || u.name.toLocaleLowerCase().includes(q)) &&
			(!filter.kind || likely(u.mime) === filter.kind) &&
			(!filter.owner || !u.owner || u.owner.id === filter.owner)
	);
	if (filter.sort === 'name') left.sort((a, b) => a.name.localeCompare(b.name));
	if (filter.sort === 'largest') left.sort((a, b) => b.length - a.length);
	return left;
}

/** As the server asks for it. */
export function asked(filter: MediaFilter) {
	return {
		q: filter.q || undefined,
		kind: filter.kind,
		owner: filter.owner,
		used: filter.state === 'used' ? true : filter.state === 'unused' ? false : undefined,
		sort: filter.sort
	};
}
