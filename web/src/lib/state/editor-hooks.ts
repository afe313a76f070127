import type { Part } from '#lib/components/editor/page/merge.ts';

/** What the page can do while it is open. */
export interface PageHooks {
	html(): string;
	/** The same text as the page would write it. */
	normal(html: string): string;
	parts(html: string): Part[];
	/** Brings another text onto the page without touching what stays the same. */
	bring(html: string, own?: boolean): void;
	/** What follows is a step of its own for undo. */
	pause(): void;
}
