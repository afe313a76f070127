import { api, ok } from '#lib/api/client.ts';
import { asProblem } from '#lib/api/problem.ts';
import { doer } from '#lib/components/admin/deeds.ts';
import { findPeople } from './user-list.ts';

/** Who may have done something: a person, the command line, the platform by itself. */
export interface Doer {
	id: string;
	name: string;
	email?: string;
}

const others = (): Doer[] => ['cli', 'system'].map((id) => ({ id, name: doer({ actor: id }) }));
const isPerson = (id: string): boolean => /^usr_[0-9a-z]{13}$/.test(id);

/** Whoever this may mean: by name, by e-mail address, or by the id of somebody whose account is gone. */
export async function findDoers(q: string): Promise<Doer[]> {
	const words = q.toLowerCase();
	if (isPerson(words)) return [await readDoer(words)];
	const same = others().filter((one) => one.name.toLowerCase().includes(words) || one.id.startsWith(words));
	return [...same, ...(await findPeople(q)).map(({ id, name, email }) => ({ id, name, email }))];
}

/** What the doer of this id is called. */
export async function readDoer(id: string): Promise<Doer> {
	if (!isPerson(id)) return { id, name: others().find((one) => one.id === id)?.name ?? id };
	try {
		const { name, email } = await ok(api.GET('/api/v1/users/{user}', { params: { path: { user: id } } }));
		return { id, name, email };
	} catch (e) {
		// His account is gone, his rows are not: the id is all that is left of him.
		if (asProblem(e).status === 404) return { id, name: `${doer({ actor: id })} (${id})` };
		throw e;
	}
}
