export type DayState = 'done' | 'today' | 'later' | 'rest';

export interface TrailDay {
	state: DayState;
	/** Read out: "Day 3, done". */
	label: string;
	/** A day with a check is round. */
	checkpoint?: boolean;
}
