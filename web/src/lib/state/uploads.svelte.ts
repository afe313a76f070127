import type { HttpRequest, Upload as TusUpload } from 'tus-js-client';
import { api, ApiProblem, ok } from '#lib/api/client.ts';
import { asProblem } from '#lib/api/problem.ts';
import type { Schema } from '#lib/api/types.ts';
import { fullDate } from '#lib/format/dates.ts';
import { bytes } from '#lib/format/numbers.ts';
import { m } from '#lib/paraglide/messages.js';
import { announce } from './announce.svelte.ts';
import { Pace } from './pace.ts';
import { session } from './session.svelte.ts';

export type UploadOut = Schema<'UploadOut'>;
export type Limits = Schema<'MediaLimitsOut'>;

/**
 * What a file on its way is doing. `lost`: the browser no longer has the file (the page was loaded
 * anew); it must be picked again. `stuck`: the server cannot be reached, it goes on by itself.
 */
export type Phase = 'queued' | 'sending' | 'paused' | 'stuck' | 'processing' | 'ready' | 'failed' | 'lost';

const endpoint = '/api/v1/media/uploads';
/** One request carries at most this much: proxies limit what a body may have. */
const piece = 32 * 1024 * 1024;
/** How many files are sent at a time. */
const atOnce = 2;
const askEvery = 700;
const tryEvery = 5000;

/** One file on its way. */
export class Sending {
	readonly key: number;
	readonly name: string;
	readonly size: number;
	/** The asset whose content it is to become. */
	readonly replaces: string | undefined;
	sent = $state(0);
	phase = $state<Phase>('queued');
	/** Bytes a second, once it is known. */
	speed = $state(0);
	/** Why it failed or waits, in a sentence. */
	trouble = $state<string>();
	/** Whether trying the same again may help. */
	passing = $state(false);
	asset = $state<string>();
	id: string | undefined;
	file: File | undefined;
	tus: TusUpload | undefined;
	readonly pace = new Pace();
	/** Quarters that were announced. */
	said = 0;
	onready: ((asset: string) => void) | undefined;
	/** Until when what was sent is kept, as a day. */
	keptUntil = '';

	constructor(of: { key: number; name: string; size: number; replaces?: string; file?: File; id?: string; sent?: number }) {
		this.key = of.key;
		this.name = of.name;
		this.size = of.size;
		this.replaces = of.replaces;
		this.file = of.file;
		this.id = of.id;
		this.sent = of.sent ?? 0;
	}

	get part(): number {
		return this.size ? this.sent / this.size : 0;
	}

	/** Seconds that are left at this pace. */
	get left(): number | undefined {
		return this.speed > 0 ? (this.size - this.sent) / this.speed : undefined;
	}

	get moving(): boolean {
		return this.phase === 'queued' || this.phase === 'sending' || this.phase === 'stuck' || this.phase === 'processing';
	}
}

/** Files on their way to the server. They go on while one moves about in the app. */
class Uploads {
	list = $state<Sending[]>([]);
	limits = $state.raw<Limits>();
	#next = 1;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#known = false;

	/** What may be sent, and what of it a former page left unfinished. */
	async open(): Promise<void> {
		this.limits = await ok(api.GET('/api/v1/media/limits'));
		if (this.#known) return;
		this.#known = true;
		addEventListener('online', () => this.#retry());
		const before = await ok(api.GET('/api/v1/media/uploads'));
		for (const u of before) {
			if (u.state === 'ready' || this.list.some((s) => s.id === u.id)) continue;
			const row = this.#row({ name: u.name, size: u.length, sent: u.offset, id: u.id, replaces: u.replaces ?? undefined });
			row.keptUntil = fullDate(u.expires_at, session.timeZone);
			if (u.state === 'receiving') row.phase = 'lost';
			else if (u.state === 'processing') this.#follow(row);
			else this.#fail(row, u.message || m.upload_refused());
		}
	}

	get moving(): boolean {
		return this.list.some((s) => s.moving);
	}

	/** Takes files; each that may not be sent says so in its row. */
	add(files: File[], more: { replaces?: string; onready?: (asset: string) => void } = {}): Sending[] {
		const rows = files.map((file) => {
			const row = this.#row({ name: file.name, size: file.size, file, replaces: more.replaces });
			row.onready = more.onready;
			const why = this.#refusal(file);
			if (why) this.#fail(row, why);
			return row;
		});
		this.#pump();
		return rows;
	}

	/** The file of a row that lost it. A wrong one is refused with a sentence. */
	give(row: Sending, file: File): void {
		if (file.size !== row.size) {
			row.trouble = m.upload_other_file({ name: row.name, size: bytes(row.size), got: bytes(file.size) });
			return;
		}
		row.file = file;
		this.#begin(row);
	}

	pause(row: Sending): void {
		void row.tus?.abort();
		row.phase = 'paused';
		row.speed = 0;
		this.#pump();
	}

	resume(row: Sending): void {
		if (row.file) this.#begin(row);
	}

	/** Takes it off the list; what was sent of it is forgotten. */
	async cancel(row: Sending): Promise<void> {
		const busy = row.phase === 'processing';
		this.list = this.list.filter((s) => s !== row);
		await row.tus?.abort();
		this.#pump();
		if (row.id && !busy) await this.#end(row.id);
	}

	/** The same for an upload that perhaps another window has begun. */
	async forget(id: string): Promise<void> {
		const row = this.list.find((s) => s.id === id);
		await (row ? this.cancel(row) : this.#end(id));
	}

	async #end(upload: string): Promise<void> {
		const headers = { 'Tus-Resumable': '1.0.0' };
		await api
			.DELETE('/api/v1/media/uploads/{upload}', { params: { path: { upload }, header: headers } })
			.catch((e: unknown) => {
				if (asProblem(e).status !== 404) throw e;
			});
	}

	/** Takes what is done off the list. */
	clear(): void {
		for (const row of this.list) if (row.phase === 'ready' || row.phase === 'failed') void this.cancel(row);
	}

	#row(of: Omit<ConstructorParameters<typeof Sending>[0], 'key'>): Sending {
		const row = new Sending({ key: this.#next++, ...of });
		this.list.push(row);
		// The proxied one: what changes in it is seen.
		return this.list[this.list.length - 1] as Sending;
	}

	#refusal(file: File): string | undefined {
		if (file.size === 0) return m.upload_empty();
		const most = this.limits && largest(this.limits, file.type);
		if (most !== undefined && file.size > most) return m.upload_too_large({ size: bytes(file.size), most: bytes(most) });
		const { quota_bytes: quota, used_bytes: used = 0 } = this.limits ?? {};
		if (quota && file.size > quota - used) return m.upload_quota({ left: bytes(Math.max(0, quota - used)) });
		return undefined;
	}

	#begin(row: Sending): void {
		row.trouble = undefined;
		row.phase = 'queued';
		this.#pump();
	}

	/** Sends what waits, a few at a time. */
	#pump(): void {
		let free = atOnce - this.list.filter((s) => s.phase === 'sending').length;
		for (const row of this.list) {
			if (free <= 0) return;
			if (row.phase !== 'queued') continue;
			free--;
			row.phase = 'sending';
			void this.#send(row).catch((e: unknown) => this.#broke(row, asProblem(e)));
		}
	}

	async #send(row: Sending): Promise<void> {
		const { Upload } = await import('tus-js-client');
		const file = row.file;
		if (!file || row.phase !== 'sending') return;
		row.pace.begin(row.sent, performance.now());
		const told: Record<string, string> = { filename: file.name, filetype: file.type };
		if (row.replaces) told['replaces'] = row.replaces;
		row.tus = new Upload(file, {
			endpoint,
			uploadUrl: row.id ? `${endpoint}/${row.id}` : null,
			metadata: told,
			chunkSize: piece,
			// Waiting and trying again is ours: we know when the connection is back.
			retryDelays: null,
			storeFingerprintForResuming: true,
			removeFingerprintOnSuccess: true,
			fingerprint: () => Promise.resolve(['momentum', file.name, file.size, file.lastModified, row.replaces ?? ''].join('-')),
			onUploadUrlAvailable: () => (row.id = row.tus?.url?.split('/').pop()),
			onProgress: (sent) => this.#progress(row, sent),
			onSuccess: () => this.#follow(row),
			onError: (e) => {
				const { originalRequest: request, originalResponse: response } = e as Partial<{
					originalRequest: HttpRequest | null;
					originalResponse: { getStatus(): number; getBody(): string } | null;
				}>;
				if (!request) this.#broke(row, asProblem(e));
				else this.#broke(row, response ? problemOf(response.getStatus(), response.getBody()) : new ApiProblem({ status: 0, code: 'unreachable' }));
			}
		});
		if (!row.id) {
			const [before] = await row.tus.findPreviousUploads();
			if (before) row.tus.resumeFromPreviousUpload(before);
		}
		// It may have been paused or taken away meanwhile.
		if (row.phase === 'sending' && this.list.includes(row)) row.tus.start();
	}

	#progress(row: Sending, sent: number): void {
		row.sent = sent;
		row.speed = row.pace.now(sent, performance.now());
		const quarter = Math.floor(row.part * 4);
		if (quarter > row.said && quarter < 4) {
			row.said = quarter;
			announce.say(m.upload_said({ name: row.name, percent: quarter * 25 }));
		}
	}

	/** Everything is there: asks what became of it. */
	#follow(row: Sending): void {
		row.sent = row.size;
		row.phase = 'processing';
		row.speed = 0;
		this.#pump();
		void this.#ask(row).catch((e: unknown) => this.#fail(row, asProblem(e).title || m.upload_failed()));
	}

	async #ask(row: Sending): Promise<void> {
		while (this.list.includes(row)) {
			const seen = await ok(api.GET('/api/v1/media/uploads/{upload}', { params: { path: { upload: row.id ?? '' } } })).catch((e: unknown) => {
				if (asProblem(e).passing) return undefined;
				throw e;
			});
			if (seen?.state === 'ready') {
				row.asset = seen.asset ?? undefined;
				row.phase = 'ready';
				announce.say(m.upload_ready_said({ name: row.name }));
				if (seen.asset) row.onready?.(seen.asset);
				return;
			}
			if (seen?.state === 'failed') return this.#fail(row, seen.message || m.upload_refused());
			if (seen?.state === 'receiving') return this.#begin(row);
			await new Promise((done) => setTimeout(done, askEvery));
		}
	}

	#broke(row: Sending, p: ApiProblem): void {
		row.speed = 0;
		if (row.phase !== 'sending') return;
		if (p.status === 401) {
			row.phase = 'paused';
			row.trouble = m.upload_signed_out();
			// Asks to sign in again, and goes on once that is done.
			void ok(api.GET('/api/v1/me')).then(
				() => this.#begin(row),
				() => {}
			);
		} else if (p.status === 404 || p.status === 410) {
			// Gone there: it begins anew.
			row.id = undefined;
			row.sent = 0;
			this.#begin(row);
			return;
		} else if (p.status === 423) {
			this.#stick(row, m.upload_taken());
		} else if (p.status === 409 && row.id) {
			this.#stick(row, undefined);
		} else if (p.passing && p.code !== 'upload.too_many') {
			this.#stick(row, p.offline ? m.upload_offline() : p.code === 'media.disk_full' ? m.upload_disk_full() : m.upload_busy());
		} else {
			row.passing = p.status === 429;
			this.#fail(row, p.fields[0]?.message || p.title || m.upload_failed());
		}
		this.#pump();
	}

	/** What came is kept there; tries again in a while, or when the connection is back. */
	#stick(row: Sending, why: string | undefined): void {
		row.phase = 'stuck';
		row.trouble = why;
		this.#timer ??= setTimeout(() => this.#retry(), tryEvery);
	}

	#retry(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		for (const row of this.list) if (row.phase === 'stuck') this.#begin(row);
	}

	#fail(row: Sending, why: string): void {
		row.phase = 'failed';
		row.trouble = why;
		announce.sayNow(m.upload_failed_said({ name: row.name, why }));
	}
}

/** The most that a file of this type may have; what it really is, the server finds out. */
function largest(limits: Limits, type: string): number {
	const { image, video, audio, document } = limits.max_bytes;
	const kind = type.split('/')[0];
	return (
		kind === 'image' ? image
		: kind === 'video' ? video
		: kind === 'audio' ? audio
		: kind === 'application' ? document
		: limits.max_upload_bytes
	);
}

function problemOf(status: number, body: string): ApiProblem {
	try {
		const p = JSON.parse(body) as { code?: string; title?: string; fields?: { path: string; code: string; message: string }[] };
		return new ApiProblem({ status, code: p.code ?? 'invalid', title: p.title, fields: p.fields });
	} catch {
		return new ApiProblem({ status, code: 'invalid' });
	}
}

export const uploads = new Uploads();
