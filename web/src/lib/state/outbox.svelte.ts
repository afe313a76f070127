import { ApiProblem, asProblem } from '#lib/api/client.ts';
import { guardedFetch } from '#lib/api/transport.ts';
import { alone } from '#lib/offline/lock.ts';
import { enqueue, flush, isDeed, sendRow, withdraw, type NewRow, type OutboxRow, type Sent } from '#lib/offline/outbox.ts';
import { keepDone } from '#lib/offline/pending.ts';
import { deviceStore, forgetOutbox } from '#lib/offline/store.ts';
import { now } from './now.ts';
import { online } from './online.svelte.ts';
import { session } from './session.svelte.ts';

type Deed = Omit<NewRow, 'user' | 'at'>;
export type Done<T> = { answer: T; queued: false } | { answer: undefined; queued: true };

const lock = 'momentum-outbox';
const patience = 12_000;
const retryEvery = 30_000;

/**
 * Deeds of a learner: sent at once where there is a connection, else kept on this device and sent
 * when it is back. What counts as waiting is what the person did, not where they scrolled.
 */
class Outbox {
	waiting = $state(0);
	/** The server will not take something that waited; the page says so once. */
	refused = $state.raw<OutboxRow | undefined>();
	#words = new Set<string>();
	#heard = new Set<(sent: Sent) => void>();
	#flushing = false;

	/** `make` may be called again when the deed is stored, so that it names what is known by then. */
	async run<T>(make: () => Deed, keepalive = false): Promise<Done<T>> {
		const deed = make();
		// Whose it is does not change while the answer is awaited.
		const user = session.user?.id ?? '';
		let cause: unknown = new ApiProblem({ status: 0, code: 'unreachable' });
		const orderly = !deed.merge || !this.#words.has(deed.merge);
		if (online.yes && orderly) {
			try {
				const answer = await this.#direct<T>(deed, keepalive);
				void keepDone({ ...deed, user, at: now() }, answer).catch(() => {});
				return { answer, queued: false };
			} catch (e) {
				const problem = asProblem(e);
				// After a session that ended it waits here until they are back, even over a reload.
				if (!problem.passing && !problem.comesBack) throw e;
				cause = e;
			}
		}
		try {
			await this.#store(make, user);
		} catch {
			// No database in this browser: then it is the failure it was.
			throw cause;
		}
		return { answer: undefined, queued: true };
	}

	/** Everything of this person that waits, in order. */
	async rows(): Promise<OutboxRow[]> {
		const user = session.user?.id;
		return deviceStore.all().then(
			(all) => all.filter((r) => r.user === user),
			() => []
		);
	}

	withdraw(merge: string): Promise<boolean> {
		const user = session.user?.id ?? '';
		return alone(lock, () => withdraw(deviceStore, user, merge)).then(async (was) => {
			await this.count();
			return was;
		});
	}

	onsent(hear: (sent: Sent) => void): () => void {
		this.#heard.add(hear);
		return () => this.#heard.delete(hear);
	}

	async flush(): Promise<void> {
		const user = session.user?.id;
		if (!user || this.#flushing) return;
		this.#flushing = true;
		try {
			const result = await alone(lock, () => flush(deviceStore, user, sendRow));
			for (const sent of result.sent) {
				void keepDone(sent.row, sent.answer).catch(() => {});
				for (const hear of this.#heard) hear(sent);
			}
			const loss = result.refused.find((r) => isDeed(r.row));
			if (loss) this.refused = loss.row;
		} catch {
			// No database: nothing waits.
		} finally {
			this.#flushing = false;
			await this.count();
		}
	}

	async count(): Promise<void> {
		const rows = await this.rows();
		this.#words = new Set(rows.flatMap((r) => r.merge ?? []));
		this.waiting = rows.filter(isDeed).length;
	}

	/** Signed out by their own hand: nothing stays behind. After a session that ended, what waits is kept. */
	async forget(): Promise<void> {
		await forgetOutbox().catch(() => {});
		this.#words.clear();
		this.waiting = 0;
	}

	/** Called once by the root layout. */
	watch(): () => void {
		const seen = () => {
			if (document.visibilityState === 'visible' && this.waiting > 0) void this.flush();
		};
		const told = (e: MessageEvent) => {
			if ((e.data as { type?: string } | null)?.type === 'flush') void this.flush();
		};
		const back = () => void this.flush();
		const timer = setInterval(() => this.waiting > 0 && void this.flush(), retryEvery);
		void dropOld();
		addEventListener('online', back);
		document.addEventListener('visibilitychange', seen);
		navigator.serviceWorker?.addEventListener('message', told);
		return () => {
			clearInterval(timer);
			removeEventListener('online', back);
			document.removeEventListener('visibilitychange', seen);
			navigator.serviceWorker?.removeEventListener('message', told);
		};
	}

	async #store(make: () => Deed, user: string): Promise<void> {
		await alone(lock, () => enqueue(deviceStore, { ...make(), user, at: now() }));
		await this.count();
		void wakeWorker();
	}

	async #direct<T>(deed: Deed, keepalive: boolean): Promise<T> {
		const response = await guardedFetch(
			new Request(new URL(deed.path, location.origin), {
				method: deed.method,
				headers: deed.body ? { 'content-type': 'application/json' } : {},
				body: deed.body ? JSON.stringify(deed.body) : undefined,
				keepalive,
				signal: keepalive ? undefined : AbortSignal.timeout(patience)
			}),
			// Words are safe on the device at once; the end of a day is told when it is sure.
			{ wait: deed.kind === 'complete' }
		);
		return (response.status === 204 ? undefined : await response.json()) as T;
	}
}

/** What nobody came back for in a month was given up. */
async function dropOld(): Promise<void> {
	const limit = new Date(Date.now() - 30 * 86_400_000).toISOString();
	const rows = await deviceStore.all().catch(() => []);
	for (const row of rows) if (row.at < limit && row.id !== undefined) await deviceStore.remove(row.id).catch(() => {});
}

/** Where the browser can, the service worker sends what waits even after the page is closed. */
async function wakeWorker(): Promise<void> {
	const worker = (await navigator.serviceWorker?.getRegistration()) as
		| (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
		| undefined;
	await worker?.sync?.register('outbox').catch(() => {});
}

export const outbox = new Outbox();
