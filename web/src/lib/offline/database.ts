import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';

/** A database of this browser: opened when it is first asked for, and again after it was closed. */
export function database<T extends DBSchema>(name: string, version: number, upgrade: NonNullable<OpenDBCallbacks<T>['upgrade']>): () => Promise<IDBPDatabase<T>> {
	let opening: Promise<IDBPDatabase<T>> | undefined;
	return () => {
		opening ??= openDB<T>(name, version, {
			upgrade,
			// A newer tab wants to upgrade: let it.
			blocking: () => {
				void opening?.then((open) => open.close());
				opening = undefined;
			},
			terminated: () => (opening = undefined)
		}).catch((e: unknown) => {
			opening = undefined;
			throw e;
		});
		return opening;
	};
}
