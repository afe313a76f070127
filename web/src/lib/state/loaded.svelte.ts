import { asProblem, type ApiProblem } from '#lib/api/problem.ts';

/** Waits for an answer, but no longer than a breath: what is quick appears complete, without a skeleton. */
function within(first: Promise<void>, breath: number): Promise<void> {
	return Promise.race([first, new Promise<void>((done) => setTimeout(done, breath))]);
}

/**
 * Something a page shows once it has arrived. A page's `load` makes it and hands it on after a breath
 * (`await new Loaded(…).soon()`); `reload` keeps what is shown until the newer answer is there.
 */
export class Loaded<T> {
	value = $state.raw<T | undefined>();
	problem = $state.raw<ApiProblem | undefined>();
	busy = $state(false);
	#fetch: () => Promise<T>;
	#turn = 0;
	#first: Promise<void>;

	constructor(fetch: () => Promise<T>) {
		this.#fetch = fetch;
		this.#first = this.reload();
	}

	async soon(breath = 150): Promise<this> {
		await within(this.#first, breath);
		return this;
	}

	async reload(): Promise<void> {
		const turn = ++this.#turn;
		this.busy = true;
		try {
			const value = await this.#fetch();
			if (turn !== this.#turn) return;
			this.value = value;
			this.problem = undefined;
		} catch (e) {
			if (turn === this.#turn) this.problem = asProblem(e);
		} finally {
			if (turn === this.#turn) this.busy = false;
		}
	}
}

interface Page<T> {
	items: T[];
	next?: string | null;
}

/** A list that arrives in parts. */
export class Paged<T> {
	items = $state.raw<T[]>([]);
	problem = $state.raw<ApiProblem | undefined>();
	/** The first part is there (or has failed once). */
	ready = $state(false);
	busy = $state(false);
	#next = $state<string | null | undefined>();
	#fetch: (cursor?: string) => Promise<Page<T>>;
	#turn = 0;
	#first: Promise<void>;

	constructor(fetch: (cursor?: string) => Promise<Page<T>>) {
		this.#fetch = fetch;
		this.#first = this.reload();
	}

	async soon(breath = 150): Promise<this> {
		await within(this.#first, breath);
		return this;
	}

	get more(): boolean {
		return Boolean(this.#next);
	}

	reload = (): Promise<void> => this.#read();

	load = (): Promise<void> => (this.#next ? this.#read(this.#next) : Promise.resolve());

	async #read(cursor?: string): Promise<void> {
		const turn = ++this.#turn;
		this.busy = true;
		try {
			const page = await this.#fetch(cursor);
			if (turn !== this.#turn) return;
			this.items = cursor ? [...this.items, ...page.items] : page.items;
			this.#next = page.next;
			this.problem = undefined;
			this.ready = true;
		} catch (e) {
			if (turn === this.#turn) this.problem = asProblem(e);
		} finally {
			if (turn === this.#turn) this.busy = false;
		}
	}
}
