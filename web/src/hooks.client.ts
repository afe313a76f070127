import { asProblem } from '#lib/api/problem.ts';

/** A problem thrown in a load keeps its code and reference on the way to the error page. */
export function handleError({ error, status, message }: { error: unknown; status: number; message: string }) {
	const p = asProblem(error);
	if (p.code === 'client' && status !== 404) console.error(error);
	return { message: p.title || message, status: status === 404 ? 404 : p.status || status, code: p.code, reference: p.requestId };
}
