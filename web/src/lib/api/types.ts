/** Names for the shapes that many screens share. Everything else: straight from schema.d.ts. */
export type Role = 'learner' | 'instructor' | 'admin';

export interface Viewer {
	id: string;
	name: string;
	email: string;
	role: Role;
	avatar_url?: string | null;
	timezone?: string;
}

export interface Site {
	name: string;
	logo_url?: string | null;
	registration: 'open' | 'invite' | 'closed';
	needs_setup: boolean;
}
