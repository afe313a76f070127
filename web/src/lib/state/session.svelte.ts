import { api, ApiProblem, ok } from '#lib/api/client.ts';
import { setTransportHooks } from '#lib/api/transport.ts';
import type { Instance, Schema, Viewer } from '#lib/api/types.ts';
import { online } from './online.svelte.ts';
import { theme } from './theme.svelte.ts';

const unknownInstance: Instance = {
	name: 'Momentum',
	tagline: '',
	needs_setup: false,
	registration: { mode: 'invite', domains: [], password_min_length: 10 },
	public_catalogue: false,
	branding: { hue: 163, chroma: 0.095 },
	languages: ['en'],
	version: '',
	day_start_hour: 3,
	rest_days: [],
	footer: '',
	footer_links: [],
	legal: [],
	asks_consent: false
};

/** Who is here, and on whose platform. One per tab: nothing is rendered on a server that could leak it. */
class Session {
	user = $state<Viewer | null>(null);
	instance = $state<Instance>(unknownInstance);
	/** The session ended under an open page: a dialog asks to sign in again, the page stays as it is. */
	expired = $state(false);
	/** What has to be agreed to before anything else. */
	unread = $state.raw<Schema<'Consent'>[]>([]);
	/** The frame stands, so a dialog can ask; until then calls fail and are made anew afterwards. */
	shown = false;
	#loading: Promise<void> | undefined;
	#waiting: ((back: boolean) => void)[] = [];
	#unagreed: ((agreed: boolean) => void)[] = [];

	get isAdmin(): boolean {
		return this.user?.role === 'admin';
	}

	get canTeach(): boolean {
		return this.user?.role === 'admin' || this.user?.role === 'instructor';
	}

	/** The person's own zone; before sign-in the browser's. */
	get timeZone(): string {
		return this.user?.profile.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
	}

	/** The instance and the person are known; before that nobody is "signed out". */
	ready = $state(false);

	/** Asks the server once; later calls share the answer. A failure is thrown and may be tried again. */
	load(): Promise<void> {
		this.#loading ??= this.refresh().catch((e: unknown) => {
			this.#loading = undefined;
			throw e;
		});
		return this.#loading;
	}

	async refresh(): Promise<void> {
		const me = ok(api.GET('/api/v1/me')).catch((e: unknown) => {
			if (e instanceof ApiProblem && e.status === 401) return null;
			throw e;
		});
		[this.instance, this.user] = await Promise.all([ok(api.GET('/api/v1/instance')), me]);
		if (this.user) theme.follow(this.user.profile);
		this.ready = true;
	}

	/** The instance's own facts changed (name, colour, sign-up). */
	async refreshInstance(): Promise<void> {
		this.instance = await ok(api.GET('/api/v1/instance'));
	}

	/** After a successful sign-in, with what the server answered. */
	enter(user: Viewer): void {
		const same = this.user === null || this.user.id === user.id;
		this.user = user;
		theme.follow(user.profile);
		if (same) this.#settle(true);
		else location.assign('/');
	}

	/** A profile was saved: the shell follows at once. */
	update(change: Partial<Viewer>): void {
		if (this.user) this.user = { ...this.user, ...change };
	}

	async leave(): Promise<void> {
		await api.POST('/api/v1/auth/sign-out').catch((e: unknown) => {
			// Already signed out is as good.
			if (!(e instanceof ApiProblem) || e.status !== 401) throw e;
		});
		this.giveUp();
	}

	/** Signed out, or not coming back after an ended session: waiting calls fail with their 401. */
	giveUp(): void {
		this.user = null;
		this.unread = [];
		for (const done of this.#unagreed.splice(0)) done(false);
		this.#settle(false);
	}

	renew(): Promise<boolean> {
		if (!this.user) return Promise.resolve(false);
		this.expired = true;
		return new Promise((done) => this.#waiting.push(done));
	}

	/** Asks what is to be agreed to. */
	async askConsents(): Promise<void> {
		this.unread = await ok(api.GET('/api/v1/me/consents')).catch(() => this.unread);
	}

	/** A call waits until everything is agreed to; false when it cannot. */
	needConsent(): Promise<boolean> {
		if (!this.user) return Promise.resolve(false);
		const asked = this.unread.length > 0 ? Promise.resolve() : this.askConsents();
		if (!this.shown) return asked.then(() => false);
		return asked.then(() => this.unread.length === 0 || new Promise((done) => this.#unagreed.push(done)));
	}

	/** True once nothing is left to agree to. */
	async agree(to: Schema<'Consent'>): Promise<boolean> {
		await ok(api.POST('/api/v1/me/consents', { body: to }));
		this.unread = this.unread.filter((c) => c.page !== to.page);
		if (this.unread.length > 0) return false;
		for (const done of this.#unagreed.splice(0)) done(true);
		return true;
	}

	#settle(back: boolean): void {
		this.expired = false;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const done of waiting) done(back);
	}
}

export const session = new Session();

// The theme switch saves to the profile; when that fails the choice still holds in this browser.
theme.keep = (choice) => {
	if (!session.user) return;
	session.update({ profile: { ...session.user.profile, theme: choice } });
	api.PATCH('/api/v1/me/profile', { body: { theme: choice } }).catch(() => {});
};

setTransportHooks({ renew: () => session.renew(), agree: () => session.needConsent(), reached: (yes) => online.heard(yes) });
