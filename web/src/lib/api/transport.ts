import { ApiProblem, consentRequired, problemFrom } from './problem.ts';

/** What lib/state tells the transport; kept apart so that neither imports the other. */
export interface TransportHooks {
	/** A call came back 401 while somebody was signed in. Resolves true once they are back. */
	renew: () => Promise<boolean>;
	/** A call was refused because something has to be agreed to first. Resolves true once it is. */
	agree: () => Promise<boolean>;
	/** Whether the server answered: feeds the offline mark. */
	reached: (yes: boolean) => void;
}

let hooks: TransportHooks = { renew: () => Promise.resolve(false), agree: () => Promise.resolve(false), reached: () => {} };

export function setTransportHooks(h: TransportHooks): void {
	hooks = h;
}

/** The ways in answer 401 for a wrong password; that is no ended session. */
const waysIn = /^\/api\/v1\/(auth\/|setup$|instance$)/;

function send(request: Request): Promise<Response> {
	return fetch(request).then(
		(response) => {
			// A kept copy from the service worker is no answer of the server.
			hooks.reached(!response.headers.has('x-momentum-copy'));
			return response;
		},
		(cause: unknown) => {
			if (request.signal.aborted) throw cause;
			hooks.reached(false);
			throw new ApiProblem({ status: 0, code: 'unreachable' });
		}
	);
}

/**
 * fetch for the API: throws ApiProblem for every failure. When the session has ended the call
 * waits for the person to sign in again and is then sent once more, so nothing typed is lost.
 * A caller that keeps what it sends by itself does not wait: it gets the 401 while they are asked.
 */
export async function guardedFetch(request: Request, { wait = true } = {}): Promise<Response> {
	const again = request.clone();
	let response = await send(request);
	if (response.status === 401 && !waysIn.test(new URL(request.url).pathname)) {
		const back = hooks.renew();
		if (wait && (await back)) response = await send(again);
	}
	if (response.ok) return response;
	const problem = await problemFrom(response);
	if (problem.code !== consentRequired) throw problem;
	const agreed = hooks.agree();
	if (!wait || !(await agreed)) throw problem;
	response = await send(again);
	if (!response.ok) throw await problemFrom(response);
	return response;
}
