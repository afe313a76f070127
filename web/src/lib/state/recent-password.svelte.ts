import { api, asProblem, ok } from '#lib/api/client.ts';

/**
 * Work that asks for a recently typed password. When the server wants one, `asking` is true until the
 * person has given it or given up; then the work is tried again.
 */
export class RecentPassword {
	asking = $state(false);
	/** When it was given last, in this page. */
	#at = 0;
	#answer: ((given: boolean) => void) | undefined;

	/** Asks for the password before the work: for downloads, whose refusal the page would not see. */
	async first(work: () => void): Promise<void> {
		if (Date.now() - this.#at < 4 * 60_000 || (await this.#ask())) work();
	}

	/** Does the work; false when the person gave up. */
	async run(work: () => Promise<void>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (e) {
			if (asProblem(e).code !== 'denied.password_needed') throw e;
		}
		const given = await this.#ask();
		if (given) await work();
		return given;
	}

	async #ask(): Promise<boolean> {
		const given = await new Promise<boolean>((answer) => {
			this.#answer = answer;
			this.asking = true;
		});
		this.asking = false;
		return given;
	}

	/** The password is sent; a wrong one is thrown. */
	confirm = async (password: string): Promise<void> => {
		await ok(api.POST('/api/v1/auth/confirm-password', { body: { password } }));
		this.#at = Date.now();
		this.#answer?.(true);
	};

	giveUp = (): void => this.#answer?.(false);
}
