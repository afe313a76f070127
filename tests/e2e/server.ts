// Starts the real program on a free port with a folder of its own, and stops it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const demoPassword = 'momentum-demo-2026';
export const demo = {
	learner: 'learner@demo.example',
	instructor: 'instructor@demo.example',
	admin: 'admin@demo.example'
};

export interface Server {
	url: string;
	data: string;
	/** What it printed so far. */
	output: () => string;
	/** The text of the newest letter in the outbox to this address that has these words. */
	letter: (to: string, words?: string) => Promise<string>;
	stop: () => Promise<void>;
}

const program = process.env['MOMENTUM_BIN'] ?? join(__dirname, '../../target/debug/momentum');

export async function start(how: 'demo' | 'serve', env: Record<string, string> = {}): Promise<Server> {
	const data = mkdtempSync(join(tmpdir(), 'momentum-e2e-'));
	const args = [how, '--data', data, '--listen', '127.0.0.1:0'];
	if (how === 'demo') args.push('--small', '--without-throttle');
	const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
	let said = '';
	child.stdout.on('data', (d: Buffer) => (said += d.toString()));
	child.stderr.on('data', (d: Buffer) => (said += d.toString()));
	const url = await listening(child, () => said);
	return {
		url,
		data,
		output: () => said,
		letter: (to, words = '') => letter(data, to, words),
		stop: async () => {
			const gone = new Promise((done) => child.once('exit', done));
			child.kill('SIGTERM');
			await gone;
			rmSync(data, { recursive: true, force: true });
		}
	};
}

async function listening(child: ChildProcess, said: () => string): Promise<string> {
	const until = Date.now() + 90_000;
	while (Date.now() < until) {
		const found = /listens on (http:\/\/[\d.:]+)/.exec(said());
		if (found?.[1]) return found[1];
		if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${said()}`);
		await new Promise((done) => setTimeout(done, 100));
	}
	child.kill('SIGKILL');
	throw new Error(`The server did not start:\n${said()}`);
}

/** Quoted-printable, as mail bodies are written. */
function decoded(text: string): string {
	const bytes = text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

async function letter(data: string, to: string, words: string): Promise<string> {
	const until = Date.now() + 15_000;
	while (Date.now() < until) {
		const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.eml')).sort();
		for (const file of files.reverse()) {
			const raw = readFileSync(join(data, file), 'utf8');
			const text = raw.includes(to) ? decoded(raw) : '';
			if (text.includes(words) && text) return text;
		}
		await new Promise((done) => setTimeout(done, 150));
	}
	throw new Error(`No letter to ${to} with “${words}” in the outbox.`);
}
