import createClient from 'openapi-fetch';
import type { paths } from './schema.d.ts';
import { guardedFetch } from './transport.ts';

export { ApiProblem, asProblem, type FieldProblem } from './problem.ts';

/** The typed client. Every failure is thrown as ApiProblem; unwrap an answer with `ok`. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: guardedFetch });

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** `const course = await ok(api.GET('/api/v1/courses/{course}', …))` */
export async function ok<T>(call: Answer<T>): Promise<T> {
	const { data } = await call;
	return data as T;
}
