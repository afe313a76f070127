/** What the page asks of those around it. */
export interface PageHost {
	/** A stored file, to be shown; undefined when it is gone. */
	file(asset: string): Promise<{ kind: string; name: string; url: string } | undefined>;
	/** Files were dropped or pasted at this place. */
	drop(files: File[], pos: number): void;
	/** The words of a picture are asked for. */
	describe(pos: number): void;
	/** A formula is opened; without a place, a new one. */
	formula(pos?: number): void;
	/** Content of another site is opened. */
	embed(pos: number): void;
	/** An address was pasted that stands alone: what it leads to could be shown. */
	address(src: string): void;
	/** A link is asked for. */
	link(): void;
	/** Somebody types after a slash; undefined when no longer. */
	slash(at: SlashAt | undefined): void;
	/** A key while the menu of the slash is open; true when it was for the menu. */
	slashKey(event: KeyboardEvent): boolean;
}

export interface SlashAt {
	query: string;
	from: number;
	to: number;
}
