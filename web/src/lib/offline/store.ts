import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { OutboxRow, OutboxStore } from './outbox.ts';

interface Schema extends DBSchema {
	outbox: { key: number; value: OutboxRow };
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

function db(): Promise<IDBPDatabase<Schema>> {
	opening ??= openDB<Schema>('momentum', 1, {
		upgrade: (base) => void base.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true }),
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
}

/** The outbox in the browser's own database. */
export const deviceStore: OutboxStore = {
	all: async () => (await db()).getAll('outbox'),
	put: async (row) => void (await (await db()).put('outbox', row)),
	remove: async (id) => (await db()).delete('outbox', id)
};

/** Signed out: nothing of the person stays on the device. */
export async function forgetOutbox(): Promise<void> {
	await (await db()).clear('outbox');
}
