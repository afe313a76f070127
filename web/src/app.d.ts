declare global {
	namespace App {
		interface Error {
			message: string;
			code?: string;
			reference?: string;
		}
	}
}
export {};
