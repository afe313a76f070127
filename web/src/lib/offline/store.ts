import type { DBSchema } from 'idb';
import { database } from './database.ts';
import type { OutboxRow, OutboxStore } from './outbox.ts';

interface Schema extends DBSchema {
	outbox: { key: number; value: OutboxRow };
}

const db = database<Schema>('momentum', 1, (base) => void base.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true }));

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
