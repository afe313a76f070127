import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

/** Asks the server how a password being typed would fare, once the typing rests. Silence is no obstacle. */
export class PasswordCheck {
	result = $state<Schema<'CheckOut'> | undefined>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#asked = 0;

	ask(password: string, about: { name?: string; email?: string } = {}): void {
		clearTimeout(this.#timer);
		const turn = ++this.#asked;
		if (password.length < 4) {
			this.result = undefined;
			return;
		}
		this.#timer = setTimeout(() => {
			ok(api.POST('/api/v1/auth/check-password', { body: { password, ...about } })).then(
				(answer) => {
					if (turn === this.#asked) this.result = answer;
				},
				() => {}
			);
		}, 350);
	}
}
