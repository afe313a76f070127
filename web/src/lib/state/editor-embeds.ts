import { api, ok } from '#lib/api/client.ts';

let asked: Promise<string[] | undefined> | undefined;
let at = 0;

/** Sites whose content lessons may show, asked for now and then; undefined when nobody answers. */
export function embedSites(): Promise<string[] | undefined> {
	if (!asked || Date.now() - at > 60_000) {
		at = Date.now();
		asked = ok(api.GET('/api/v1/teach/embeds')).then(
			(found) => found.hosts,
			() => {
				asked = undefined;
				return undefined;
			}
		);
	}
	return asked;
}
