import * as v from 'valibot';
import { asProblem, type ApiProblem } from '#lib/api/problem.ts';
import { fieldSentence, sentenceFor } from '#lib/i18n/problems.ts';

type Values = Record<string, unknown>;
type Shape<T extends Values> = v.GenericSchema<T, Values>;

/**
 * A form: values, rules, and what went wrong. A field's error appears when it is left, then follows
 * every key. The server's refusals land on their fields; what belongs to no field is `failure`.
 */
export class Form<T extends Values> {
	values: T = $state() as T;
	busy = $state(false);
	/** The problem of the last try that no field can show. */
	problem = $state<ApiProblem | undefined>();
	#schema: Shape<T>;
	#touched = $state<Record<string, boolean>>({});
	#refused = $state<Record<string, { was: unknown; words: string }>>({});

	constructor(values: T, schema: Shape<T>) {
		this.values = values;
		this.#schema = schema;
	}

	#broken = $derived.by(() => {
		const result = v.safeParse(this.#schema, this.values);
		const errors: Record<string, string> = {};
		for (const issue of result.issues ?? []) {
			const key = String(issue.path?.[0]?.key ?? '');
			errors[key] ??= issue.message;
		}
		return errors;
	});

	get failure(): string | undefined {
		return this.problem && sentenceFor(this.problem);
	}

	error(name: keyof T & string): string | undefined {
		const refused = this.#refused[name];
		if (refused && refused.was === this.values[name]) return refused.words;
		return this.#touched[name] ? this.#broken[name] : undefined;
	}

	/** Spread on a field: `<TextField label=… bind:value={form.values.name} {...form.field('name')} />` */
	field(name: keyof T & string) {
		return {
			name,
			error: this.error(name),
			onblur: () => {
				// Leaving an empty field says nothing yet; sending does.
				if (this.values[name] !== '' && this.values[name] !== false) this.#touched[name] = true;
			}
		};
	}

	/** For `onsubmit`: checks, sends, and puts refusals where they belong. The first wrong field gets focus. */
	submit = (send: (values: T) => Promise<void>) => async (e: SubmitEvent) => {
		e.preventDefault();
		const element = e.currentTarget as HTMLFormElement;
		if (this.busy) return;
		this.problem = undefined;
		for (const key of Object.keys(this.values)) this.#touched[key] = true;
		if (Object.keys(this.#broken).length > 0) return this.#focusFirst(element);
		this.busy = true;
		try {
			await send($state.snapshot(this.values) as T);
		} catch (thrown) {
			this.#refuse(asProblem(thrown));
			this.#focusFirst(element);
		} finally {
			this.busy = false;
		}
	};

	#refuse(problem: ApiProblem) {
		let placed = 0;
		for (const f of problem.fields) {
			const name = f.path.replace(/^\//, '').split(/[./[]/)[0] ?? '';
			if (!(name in this.values)) continue;
			this.#refused[name] = { was: this.values[name], words: fieldSentence(f) };
			placed++;
		}
		if (placed === 0 || placed < problem.fields.length) this.problem = problem;
	}

	#focusFirst(element: HTMLFormElement) {
		requestAnimationFrame(() => element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
	}
}
