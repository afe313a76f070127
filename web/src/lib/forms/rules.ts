import * as v from 'valibot';
import { m } from '#lib/paraglide/messages.js';

/** Rules that forms share. The server decides; these only spare a round trip. Messages are looked up when shown. */
export const required = (max = 200) =>
	v.pipe(
		v.string(),
		v.check((s) => s.trim().length > 0, () => m.field_required()),
		v.maxLength(max, () => m.field_too_long())
	);

export const email = () =>
	v.pipe(
		v.string(),
		v.check((s) => s.trim().length > 0, () => m.field_required()),
		// Something, an at sign, something with a dot or a single host: the mail itself is the proof.
		v.check((s) => /^[^\s@]+@[^\s@]+$/.test(s.trim()), () => m.field_email()),
		v.maxLength(254, () => m.field_too_long())
	);

/** A password being typed to sign in: anything goes but nothing. */
export const givenPassword = () => v.pipe(v.string(), v.minLength(1, () => m.field_required()));

export const newPassword = (min = 10) =>
	v.pipe(
		v.string(),
		v.minLength(1, () => m.field_required()),
		v.check((s) => [...s].length >= min, () => m.field_password_short({ n: min })),
		v.maxLength(1024, () => m.field_too_long())
	);
