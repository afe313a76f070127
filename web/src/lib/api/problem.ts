/** One field the server refused, with a stable code that the words are looked up by. */
export interface FieldProblem {
	path: string;
	code: string;
	message: string;
}

/** Something that holds here has to be agreed to first. */
export const consentRequired = 'consent.required';

/** What a failed call becomes: the server's problem+json, or our own words for "no answer". */
export class ApiProblem extends Error {
	readonly status: number;
	readonly code: string;
	readonly title: string;
	readonly detail: string;
	readonly fields: FieldProblem[];
	readonly requestId: string | undefined;
	/** Of something locked: why, in a fixed word, and when it opens. */
	readonly reason: string | undefined;
	readonly opensAt: string | undefined;
	/** Seconds the server asked us to wait, when it said so. */
	readonly retryAfter: number | undefined;

	constructor(p: {
		status: number;
		code: string;
		title?: string;
		detail?: string;
		fields?: FieldProblem[];
		requestId?: string;
		reason?: string;
		opensAt?: string;
		retryAfter?: number;
	}) {
		super(p.detail || p.title || p.code);
		this.name = 'ApiProblem';
		this.status = p.status;
		this.code = p.code;
		this.title = p.title ?? '';
		this.detail = p.detail ?? '';
		this.fields = p.fields ?? [];
		this.requestId = p.requestId;
		this.reason = p.reason;
		this.opensAt = p.opensAt;
		this.retryAfter = p.retryAfter;
	}

	/** No answer came at all: no network, or the server is away. */
	get offline(): boolean {
		return this.status === 0;
	}

	/** Trying the same thing again may help. */
	get passing(): boolean {
		return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
	}

	/** The person has to do something first, and is asked to: the same call will go through then. */
	get comesBack(): boolean {
		return this.status === 401 || this.code === consentRequired;
	}

	field(path: string): FieldProblem | undefined {
		return this.fields.find((f) => f.path === path || f.path === `/${path}`);
	}
}

const byStatus: Record<number, string> = {
	400: 'invalid',
	401: 'signed_out',
	403: 'denied',
	404: 'not_found',
	409: 'conflict',
	413: 'too_large',
	422: 'invalid',
	429: 'too_many'
};

function text(v: unknown): string | undefined {
	return typeof v === 'string' && v !== '' ? v : undefined;
}

function fieldList(v: unknown): FieldProblem[] {
	if (!Array.isArray(v)) return [];
	return v.flatMap((f: Record<string, unknown>) => {
		const path = text(f?.['path']);
		if (path === undefined) return [];
		return [{ path, code: text(f['code']) ?? 'invalid', message: text(f['message']) ?? '' }];
	});
}

function seconds(header: string | null): number | undefined {
	if (!header) return undefined;
	const n = Number(header);
	return Number.isFinite(n) && n >= 0 ? n : undefined;
}

/** Reads a failed response; a body that is no problem+json still becomes a usable problem. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
	let body: Record<string, unknown> = {};
	if (/json/.test(response.headers.get('content-type') ?? '')) {
		body = await response
			.json()
			.then((b: unknown) => (b && typeof b === 'object' ? (b as Record<string, unknown>) : {}))
			.catch(() => ({}));
	}
	return new ApiProblem({
		status: response.status,
		code: text(body['code']) ?? byStatus[response.status] ?? 'internal',
		title: text(body['title']),
		detail: text(body['detail']),
		fields: fieldList(body['fields']),
		requestId: text(body['request_id']) ?? response.headers.get('x-request-id') ?? undefined,
		reason: text(body['reason']),
		opensAt: text(body['opens_at']),
		retryAfter: seconds(response.headers.get('retry-after'))
	});
}

/** Anything thrown becomes a problem, so that a page has one thing to show. */
export function asProblem(e: unknown): ApiProblem {
	if (e instanceof ApiProblem) return e;
	return new ApiProblem({ status: 500, code: 'client', detail: e instanceof Error ? e.message : String(e) });
}
