import type { Kind } from '../media/kinds.ts';

export type PickKind = Kind;

export interface Picked {
	id: string;
	kind: string;
	name: string;
	/** What the library says a picture shows; empty where it says nothing. */
	alt: string;
	duration_ms?: number;
}

/** Lets the author choose a file of the library or bring a new one; nothing when he thinks better of it. */
export type Pick = (kinds: PickKind[]) => Promise<Picked | undefined>;
