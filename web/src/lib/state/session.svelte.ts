import { api, ApiProblem, ok } from '#lib/api/client.ts';
import { setTransportHooks } from '#lib/api/transport.ts';
import type { Site, Viewer } from '#lib/api/types.ts';
import { online } from './online.svelte.ts';

/** Who is here, and on whose platform. One per tab: there is no server rendering to leak into. */
class Session {
	user = $state<Viewer | null>(null);
	site = $state<Site>({ name: 'Momentum', registration: 'closed', needs_setup: false });
	/** The cookie died under an open page: a dialog asks to sign in again and the page stays as it is. */
	expired = $state(false);
	#loading: Promise<void> | undefined;
	#waiting: ((back: boolean) => void)[] = [];

	get isAdmin(): boolean {
		return this.user?.role === 'admin';
	}

	get canTeach(): boolean {
		return this.user?.role === 'admin' || this.user?.role === 'instructor';
	}

	/** Asks the server once; later calls share the answer. A failure is thrown and may be tried again. */
	load(): Promise<void> {
		this.#loading ??= this.refresh().catch((e: unknown) => {
			this.#loading = undefined;
			throw e;
		});
		return this.#loading;
	}

	async refresh(): Promise<void> {
		const answer = await ok(api.GET('/api/v1/session'));
		this.user = answer.user ?? null;
		this.site = answer.site;
	}

	/** After a successful sign-in. */
	async enter(): Promise<void> {
		await this.refresh();
		this.#loading = Promise.resolve();
		this.#settle(this.user !== null);
	}

	async leave(): Promise<void> {
		await api.DELETE('/api/v1/session').catch((e: unknown) => {
			// Already signed out is as good.
			if (!(e instanceof ApiProblem) || e.status !== 401) throw e;
		});
		this.user = null;
		this.#settle(false);
	}

	/** Giving up on an expired session: waiting calls fail with their 401. */
	giveUp(): void {
		this.user = null;
		this.#settle(false);
	}

	renew(): Promise<boolean> {
		if (!this.user) return Promise.resolve(false);
		this.expired = true;
		return new Promise((done) => this.#waiting.push(done));
	}

	#settle(back: boolean): void {
		this.expired = false;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const done of waiting) done(back);
	}
}

export const session = new Session();

setTransportHooks({ renew: () => session.renew(), reached: (yes) => online.heard(yes) });
