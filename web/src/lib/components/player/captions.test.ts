import { describe, expect, it } from 'vitest';
import { cueIndexAt, cuesAt, parseCaptions, passages } from './captions.ts';

const file = (body: string) => parseCaptions(`WEBVTT\n\n${body}`);

describe('captions', () => {
	it('reads cues with and without names, hours and settings', () => {
		const cues = file('1\n00:01.000 --> 00:02.500 align:end line:0\nOne die\nis rolled.\n\n01:00:00.000-->01:00:01.000\nLater');
		expect(cues).toEqual([
			{ start: 1, end: 2.5, text: 'One die\nis rolled.' },
			{ start: 3600, end: 3601, text: 'Later' }
		]);
	});

	it('takes a mark at the beginning, Windows lines and header words', () => {
		expect(parseCaptions('\uFEFFWEBVTT - talk\r\nKind: captions\r\n\r\n00:00.000 --> 00:01.000\r\nHello\r\n')).toHaveLength(1);
		expect(parseCaptions('WEBVTT\n00:00.000 --> 00:01.000\nHello')).toHaveLength(1);
	});

	it('refuses what is no caption file', () => {
		expect(parseCaptions('')).toEqual([]);
		expect(parseCaptions('WEBVTTX\n\n00:00.000 --> 00:01.000\nHello')).toEqual([]);
		expect(parseCaptions('1\n00:00:01,000 --> 00:00:02,000\nSubRip')).toEqual([]);
	});

	it('leaves out notes, styles and broken times, and goes on', () => {
		const cues = file(
			'NOTE\nby Jill\n00 is no time\n\nSTYLE\n::cue { color: red }\n\n00:61.000 --> 00:70.000\nBroken\n\n00:03.000 --> 00:02.000\nBackwards\n\n00:05.000 --> 00:06.000\nGood'
		);
		expect(cues.map((c) => c.text)).toEqual(['Good']);
	});

	it('takes tags off, keeps the voice and reads entities', () => {
		const [cue] = file('00:00.000 --> 00:01.000\n<v.loud Kyle Huey><i>a</i> &lt;b&gt; &amp; <00:00.500>c</v>');
		expect(cue).toEqual({ start: 0, end: 1, text: 'a <b> & c', voice: 'Kyle Huey' });
		expect(file('00:00.000 --> 00:01.000\n<ruby>漢<rt>kan</rt></ruby>!')[0]?.text).toBe('漢 (kan)!');
	});

	it('finds what is said at a second', () => {
		const cues = file('00:01.000 --> 00:03.000\nA\n\n00:02.000 --> 00:04.000\nB\n\n00:10.000 --> 00:11.000\nC');
		expect(cuesAt(cues, 2.5).map((c) => c.text)).toEqual(['A', 'B']);
		expect(cuesAt(cues, 5)).toEqual([]);
		expect(cueIndexAt(cues, 0.5)).toBe(-1);
		expect(cueIndexAt(cues, 5)).toBe(1);
		expect(cueIndexAt(cues, 99)).toBe(2);
	});

	it('joins cues to passages at pauses', () => {
		const cues = file('00:01.000 --> 00:03.000\nA b c.\n\n00:03.200 --> 00:04.000\nD e.\n\n00:10.000 --> 00:11.000\nF.');
		expect(passages(cues)).toEqual([
			{ start: 1, from: 0, to: 1 },
			{ start: 10, from: 2, to: 2 }
		]);
	});
});
