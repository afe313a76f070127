/* Stands in until the server's OpenAPI document is generated (npm run api). */
interface Answer<T> {
	headers: Record<string, unknown>;
	content: { 'application/json': T };
}
interface Operation<T> {
	parameters: { query?: never; header?: never; path?: never; cookie?: never };
	requestBody?: never;
	responses: { 200: Answer<T> };
}
export interface paths {
	'/api/v1/session': {
		get: Operation<{ user: import('./types.ts').Viewer | null; site: import('./types.ts').Site }>;
		delete: Operation<unknown>;
	};
}
