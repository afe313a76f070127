declare global {
	namespace App {
		interface PageState {
			/** The address just typed, for the next page of the sign-in family. */
			email?: string;
		}
		interface Error {
			message: string;
			/** The API's own status; SvelteKit calls every thrown problem 500. */
			status?: number;
			code?: string;
			reference?: string;
		}
	}
}
export {};
