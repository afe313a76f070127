/** Data of a page that is here already, or still on its way. */
export interface Soon<T> {
	data: T | Promise<T>;
}

/**
 * Waits a breath for an answer. Most come in time: the page then appears complete, without a
 * flicker and at its old scroll place. What takes longer is handed on as a promise, for
 * `{#await}` with a skeleton. A failure is handed on too, for `{:catch}`.
 */
export async function soon<T>(work: Promise<T>, breath = 150): Promise<Soon<T>> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const patience = new Promise<undefined>((done) => {
		timer = setTimeout(() => done(undefined), breath);
	});
	try {
		const first = await Promise.race([work.then((value) => ({ value })), patience]);
		if (first) return { data: first.value };
	} catch {
		// Shown by the page's catch.
	} finally {
		clearTimeout(timer);
	}
	work.catch(() => {});
	return { data: work };
}
