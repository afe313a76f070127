// Addresses of content of other sites, as the server reads them; one file of cases judges both halves
// (tests/fixtures/body/embeds.json).

export interface Embed {
	/** The address to frame. */
	src: string;
	/** Its host, as the list of allowed sites names it. */
	host: string;
	/** What people call the site. */
	site: string;
}

const youtube = 'www.youtube-nocookie.com';
const vimeo = 'player.vimeo.com';
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

function isHost(host: string): boolean {
	const labels = host.split('.');
	return host.length <= 253 && labels.length > 1 && labels.every((l) => label.test(l)) && /[a-z]/.test(labels.at(-1)!);
}

const value = (query: string, name: string) =>
	query
		.split('&')
		.find((p) => p.startsWith(`${name}=`))
		?.slice(name.length + 1) || undefined;

/** `90`, `90s`, `1m30s` in seconds; 0 for the beginning and for what is no time. */
function seconds(text = ''): number {
	if (!/^(\d{1,6}[hms])*(\d{1,6})?$/.test(text)) return 0;
	let total = 0;
	for (const [, n, unit] of text.matchAll(/(\d+)([hms]?)/g)) total += Number(n) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
	return total < 2 ** 32 ? total : 0;
}

function ofYoutube(host: string, path: string, query: string): string | undefined {
	const bare = host.replace(/^www\./, '');
	let id: string | undefined;
	if (bare === 'youtu.be') id = path.slice(1);
	else if (['youtube.com', 'm.youtube.com', 'music.youtube.com', 'youtube-nocookie.com'].includes(bare)) {
		id = /^\/(?:embed|shorts|live)\/(.*)$/.exec(path)?.[1] ?? (path === '/watch' ? value(query, 'v') : undefined);
	}
	id = id?.replace(/\/+$/, '');
	if (!id || !/^[\w-]{11}$/.test(id)) return undefined;
	const start = seconds(value(query, 'start') ?? value(query, 't'));
	return `https://${youtube}/embed/${id}${start ? `?start=${start}` : ''}`;
}

function ofVimeo(host: string, path: string, query: string): string | undefined {
	const bare = path.replace(/^\/+|\/+$/g, '');
	let id: string | undefined;
	let hash: string | undefined;
	if (host === vimeo) {
		id = bare.startsWith('video/') ? bare.slice(6) : undefined;
		hash = value(query, 'h');
	} else if (host.replace(/^www\./, '') === 'vimeo.com') {
		if (bare.startsWith('channels/')) id = bare.split('/').at(-1);
		else {
			const slash = bare.indexOf('/');
			[id, hash] = slash < 0 ? [bare, undefined] : [bare.slice(0, slash), bare.slice(slash + 1)];
		}
	}
	if (!id || !/^\d{1,12}$/.test(id)) return undefined;
	return `https://${vimeo}/video/${id}?${hash && /^[\da-f]{6,20}$/i.test(hash) ? `h=${hash}&` : ''}dnt=1`;
}

/** What an address shows in a frame; undefined when it cannot be framed. */
export function embedOf(address: string): Embed | undefined {
	const text = address.trim();
	const found = /^https?:\/\/([^/?#]*)([^#]*)/.exec(text);
	if (!found || text.length > 500) return undefined;
	const host = found[1]!.toLowerCase();
	const tail = found[2]!;
	if (!isHost(host) || !/^[!-~]*$/.test(tail) || /["'<>\\^`{|}]/.test(tail)) return undefined;
	const mark = tail.indexOf('?');
	const [path, query] = mark < 0 ? [tail, ''] : [tail.slice(0, mark), tail.slice(mark + 1)];
	const src = ofYoutube(host, path, query) ?? ofVimeo(host, path, query) ?? `https://${host}${tail.startsWith('/') ? '' : '/'}${tail}`;
	const at = src.slice(8).split('/')[0]!;
	return { src, host: at, site: at === youtube ? 'youtube.com' : at === vimeo ? 'vimeo.com' : at.replace(/^www\./, '') };
}

/** What somebody put into the field: an address, or the code that a site offers for copying. */
export function embedTyped(typed: string): Embed | undefined {
	const text = typed.trim();
	const src = /<iframe\b[^>]*?\ssrc\s*=\s*["']([^"']+)["']/i.exec(text)?.[1]?.replaceAll('&amp;', '&');
	const address = (src ?? text).replace(/^\/\//, 'https://');
	return embedOf(/^https?:\/\//i.test(address) ? address : `https://${address}`);
}

/** A name in one line, as the server keeps it. */
export const embedTitle = (title: string, site: string): string =>
	// eslint-disable-next-line no-control-regex
	[...title.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim().replace(/\s+/g, ' ')].slice(0, 200).join('').trimEnd() || site;
