/** `open`: its day has come and it waits; nothing is lost. */
export type DayState = 'done' | 'today' | 'open' | 'later' | 'rest';

export interface TrailDay {
	state: DayState;
	/** Read out: "Day 3, done". */
	label: string;
	/** A day with a check is round. */
	checkpoint?: boolean;
}
