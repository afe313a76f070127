let chain: Promise<unknown> = Promise.resolve();

/** One at a time over all tabs and the service worker; over this tab alone where locks are missing. */
export function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (locks) return locks.request(name, work) as Promise<T>;
	const turn = chain.then(work, work);
	chain = turn.catch(() => {});
	return turn;
}
