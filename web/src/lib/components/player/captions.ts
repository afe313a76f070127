/** One line of speech: when, and what is said. Places and styles of WebVTT are left out: we draw cues on our own rail. */
export interface Cue {
	start: number;
	end: number;
	text: string;
	/** Who speaks, when the file says so. */
	voice?: string;
}

const time = /^(?:(\d+):)?([0-5]\d):([0-5]\d)\.(\d{3})$/;

function seconds(stamp: string): number | undefined {
	const t = time.exec(stamp);
	if (!t) return undefined;
	return Number(t[1] ?? 0) * 3600 + Number(t[2]) * 60 + Number(t[3]) + Number(t[4]) / 1000;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', nbsp: '\u00a0', lrm: '\u200e', rlm: '\u200f', quot: '"' };

/** The words of a cue without its tags, and its first voice. */
function plain(payload: string): { text: string; voice?: string } {
	let voice: string | undefined;
	let ruby = false;
	const text = payload
		.replace(/<([^>]*)(?:>|$)/g, (_, tag: string) => {
			const name = /^\/?([a-z]*)/.exec(tag)?.[1];
			if (name === 'v' && !tag.startsWith('/')) voice ??= tag.replace(/^v[^\s]*\s*/, '').trim() || undefined;
			// A reading aid stands in brackets behind its word.
			if (name === 'rt') {
				ruby = !tag.startsWith('/');
				return ruby ? ' (' : ')';
			}
			if (name === 'ruby' && ruby) {
				ruby = false;
				return ')';
			}
			return '';
		})
		.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
		.replace(/&#(\d+);/g, (_, n: string) => String.fromCodePoint(Math.min(Number(n), 0x10ffff)));
	return { text: text.trim(), voice };
}

function timing(line: string): { start: number; end: number } | undefined {
	const parts = /^\s*(\S+?)\s*-->\s*(\S+)/.exec(line);
	if (!parts) return undefined;
	const start = seconds(parts[1]!);
	const end = seconds(parts[2]!);
	if (start === undefined || end === undefined || end <= start) return undefined;
	return { start, end };
}

/** Reads WebVTT. What is malformed is left out, cue by cue; a file that is none gives no cues. */
export function parseCaptions(file: string): Cue[] {
	const text = file.replace(/^\uFEFF/, '').replaceAll('\0', '\uFFFD').replace(/\r\n?/g, '\n');
	if (!/^WEBVTT(?:[ \t\n]|$)/.test(text)) return [];
	const lines = text.split('\n');
	const cues: Cue[] = [];
	let i = 1;
	// The header ends at the first empty line, or at a cue that follows without one.
	while (i < lines.length && lines[i] !== '' && !lines[i]!.includes('-->')) i++;
	while (i < lines.length) {
		const line = lines[i]!;
		const at = line.includes('-->') ? timing(line) : undefined;
		if (!at) {
			const block = /^(NOTE|STYLE|REGION)(?:[ \t]|$)/.test(line);
			i++;
			if (block) while (i < lines.length && lines[i] !== '') i++;
			continue;
		}
		const said: string[] = [];
		for (i++; i < lines.length && lines[i] !== '' && !lines[i]!.includes('-->'); i++) said.push(lines[i]!);
		const words = plain(said.join('\n'));
		if (words.text) cues.push({ ...at, ...words });
	}
	return cues.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** What is said at a second; several cues at once stand under each other. */
export function cuesAt(cues: readonly Cue[], second: number): Cue[] {
	return cues.filter((c) => c.start <= second && second < c.end);
}

/** The place in the transcript: the cue that runs, or the last one before. -1 before the first. */
export function cueIndexAt(cues: readonly Cue[], second: number): number {
	let low = 0;
	let high = cues.length - 1;
	let found = -1;
	while (low <= high) {
		const mid = (low + high) >> 1;
		if (cues[mid]!.start <= second) {
			found = mid;
			low = mid + 1;
		} else high = mid - 1;
	}
	return found;
}

export interface Passage {
	start: number;
	voice?: string;
	/** Indexes into the cues. */
	from: number;
	to: number;
}

/** Cues joined to readable passages: a new one at a pause, another voice, or after enough words. */
export function passages(cues: readonly Cue[], maxWords = 45, pause = 1.6): Passage[] {
	const list: Passage[] = [];
	let words = 0;
	cues.forEach((cue, i) => {
		const before = cues[i - 1];
		const open = list.at(-1);
		const sentenceEnds = before && /[.?!…]["”’)]?$/.test(before.text);
		const fresh =
			!open ||
			!before ||
			cue.start - before.end > pause ||
			(cue.voice !== undefined && cue.voice !== open.voice) ||
			(sentenceEnds && words >= maxWords * 0.6) ||
			words >= maxWords;
		if (fresh) {
			list.push({ start: cue.start, voice: cue.voice, from: i, to: i });
			words = 0;
		} else open.to = i;
		words += cue.text.split(/\s+/).length;
	});
	return list;
}
