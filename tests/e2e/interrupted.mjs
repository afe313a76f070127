// Sends a large file through the public tus-js-client to the real program and interrupts it: the
// connection is cut, or the program is killed with kill -9 and started again. Then the stored file must
// be equal to the byte, every offset must have been what lay on disk, and the memory of the program
// must not have grown with the file. Prints what it saw as JSON; ends with 1 when something was not so.
//
// Usage: node tests/e2e/interrupted.mjs [--mib 64] [--binary target/debug/momentum] [--growth 20]
import { spawn } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { Upload } = createRequire(join(here, '../../web/package.json'))('tus-js-client');
const { values: asked } = parseArgs({
	options: {
		mib: { type: 'string', default: '64' },
		binary: { type: 'string', default: process.env.MOMENTUM_BIN ?? join(here, '../../target/debug/momentum') },
		growth: { type: 'string', default: '20' }
	}
});
const mib = Number(asked.mib);
const size = mib * 1024 * 1024;
/** Where the way is interrupted, as a part of the whole, and how. */
const breaks = [
	[0.1, 'cut'],
	[0.25, 'kill'],
	[0.4, 'cut'],
	[0.55, 'kill'],
	[0.7, 'cut']
];

const folder = mkdtempSync(join(tmpdir(), 'momentum-upload-'));
const data = join(folder, 'data');
const file = join(folder, 'film.bin');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Bytes that look like chance and are the same each time; no file type begins like them. */
function make() {
	const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
	const hash = createHash('sha256');
	const zeros = Buffer.alloc(1024 * 1024);
	const out = openSync(file, 'w');
	// Text, so that it is stored as a document whatever its bytes are.
	for (let n = 0; n < mib; n++) {
		const piece = Buffer.from(cipher.update(zeros).subarray(0, zeros.length / 2).toString('hex'), 'latin1');
		hash.update(piece);
		writeSync(out, piece);
	}
	closeSync(out);
	return hash.digest('hex');
}

/** The program, its port, and how much memory it came to hold. */
class Server {
	static async start() {
		const child = spawn(asked.binary, ['demo', '--data', data, '--listen', '127.0.0.1:0', '--small', '--without-throttle'], {
			stdio: ['ignore', 'pipe', 'pipe']
		});
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (said += d));
		for (let n = 0; n < 3000 && child.exitCode === null; n++) {
			const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
			if (port) return new Server(child, Number(port));
			await wait(100);
		}
		child.kill('SIGKILL');
		throw new Error(`The server did not start:\n${said}`);
	}

	constructor(child, port) {
		Object.assign(this, { child, port, first: 0, most: 0 });
	}

	/** Memory that is its own now, in KiB: what it has mapped of files is the kernel's to take. */
	memory() {
		const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
		const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
		return { rss: of('VmRSS'), own: of('RssAnon') };
	}

	watch() {
		this.first = this.memory();
		this.most = { ...this.first };
		this.timer = setInterval(() => {
			try {
				const now = this.memory();
				this.most.rss = Math.max(this.most.rss, now.rss);
				this.most.own = Math.max(this.most.own, now.own);
			} catch {
				clearInterval(this.timer);
			}
		}, 25);
	}

	growth() {
		return { rss: (this.most.rss - this.first.rss) / 1024, own: (this.most.own - this.first.own) / 1024 };
	}

	async end(signal) {
		clearInterval(this.timer);
		const gone = once(this.child, 'exit');
		this.child.kill(signal);
		await gone;
	}
}

let server = await Server.start();

/** Stands between the client and the program, whatever port that has now, and can cut every connection. */
const pairs = new Set();
const between = createServer((client) => {
	const up = connect(server.port, '127.0.0.1');
	const pair = [client, up];
	pairs.add(pair);
	for (const socket of pair) {
		socket.on('error', () => {});
		socket.on('close', () => {
			pairs.delete(pair);
			for (const other of pair) other.destroy();
		});
	}
	client.pipe(up);
	up.pipe(client);
});
between.listen(0, '127.0.0.1');
await once(between, 'listening');
const url = `http://127.0.0.1:${between.address().port}`;
const cut = () => [...pairs].forEach((pair) => pair.forEach((socket) => socket.resetAndDestroy()));

async function signIn(email) {
	const answer = await fetch(`${url}/api/v1/auth/sign-in`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ email, password: 'momentum-demo-2026' })
	});
	if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
	return answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
}

const seen = { mib, breaks: [], growth_mib: [], wrong: [] };
const wrong = (text) => seen.wrong.push(text);

const onDisk = () => {
	const parts = readdirSync(join(data, 'uploads')).filter((name) => name.endsWith('.part'));
	return parts.length === 1 ? statSync(join(data, 'uploads', parts[0])).size : 0;
};

/** A document of any size may come. */
async function allow() {
	const answer = await fetch(`${url}/api/v1/admin/settings/sections/uploads`, {
		method: 'PUT',
		headers: { 'content-type': 'application/json', cookie: await signIn('admin@demo.example') },
		body: JSON.stringify({ value: { image_mb: 20, video_mb: 4096, audio_mb: 500, document_mb: 4096, quota_mb: 0 } })
	});
	if (!answer.ok) throw new Error(`settings: ${answer.status} ${await answer.text()}`);
}

await allow();
const headers = { cookie: await signIn('instructor@demo.example') };
const json = async (path) => (await fetch(`${url}${path}`, { headers })).json();
/** What HEAD tells about how far it has come. */
const told = async (of) => Number((await fetch(of, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } })).headers.get('upload-offset'));

/** One file, through the client as anybody has it. `each` hears of progress. */
function send(path, bytes, name, each = () => {}) {
	return new Promise((done, failed) => {
		const upload = new Upload(createReadStream(path), {
			endpoint: `${url}/api/v1/media/uploads`,
			uploadSize: bytes,
			headers,
			metadata: { filename: name, filetype: 'text/plain' },
			retryDelays: Array.from({ length: 60 }, (_, n) => Math.min(2000, n * 100)),
			onProgress: (sent) => each(sent, upload),
			onError: failed,
			onSuccess: () => done(upload.url)
		});
		upload.start();
	});
}

async function ready(of) {
	for (let n = 0; n < 1200; n++) {
		const upload = await json(new URL(of).pathname);
		if (upload.state === 'ready') return upload.asset;
		if (upload.state === 'failed') throw new Error(`refused: ${upload.code} ${upload.message}`);
		await wait(100);
	}
	throw new Error('it was never ready');
}

function sha256(stream) {
	return new Promise((done, failed) => {
		const hash = createHash('sha256');
		stream.on('data', (d) => hash.update(d)).on('end', () => done(hash.digest('hex'))).on('error', failed);
	});
}

try {
	const wanted = make();
	// What every first upload costs (threads, their stacks) is not what a large one costs.
	await ready(await send(join(here, 'interrupted.mjs'), statSync(join(here, 'interrupted.mjs')).size, 'small.txt'));
	server.watch();
	let next = 0;
	let busy = false;
	const interrupt = async (upload) => {
		const [part, how] = breaks[next++];
		busy = true;
		if (how === 'kill') {
			await server.end('SIGKILL');
			seen.growth_mib.push(server.growth());
			const left = onDisk();
			server = await Server.start();
			server.watch();
			const offset = await told(upload.url);
			if (offset !== left) wrong(`after kill -9 ${left} bytes lay on disk and HEAD told ${offset}`);
			seen.breaks.push({ part, how, at: left });
		} else {
			cut();
			seen.breaks.push({ part, how, at: onDisk() });
		}
		busy = false;
	};
	const address = await send(file, size, 'large.txt', (_, upload) => {
		// What the client handed to the system is ahead of what has come; the disk says how far it is.
		if (!busy && next < breaks.length && upload.url && onDisk() >= breaks[next][0] * size) void interrupt(upload).catch((e) => wrong(String(e)));
	});
	const asset = await ready(address);
	seen.growth_mib.push(server.growth());
	if (next !== breaks.length) wrong(`it was interrupted ${next} times only`);
	const got = await new Promise((done, failed) => {
		get(`${url}/api/v1/media/${asset}/file`, { headers }, (answer) => sha256(answer).then(done, failed)).on('error', failed);
	});
	if (got !== wanted) wrong(`the stored file is another: ${got} instead of ${wanted}`);
	const described = await json(`/api/v1/media/${asset}`);
	if (described.sha256 !== wanted || described.bytes !== size) wrong(`it is described as ${described.sha256}, ${described.bytes} bytes`);
	seen.sha256 = got;
	for (const grown of seen.growth_mib) if (grown.rss >= Number(asked.growth)) wrong(`memory grew by ${grown.rss.toFixed(1)} MiB`);
} catch (error) {
	wrong(error.stack ?? String(error));
} finally {
	cut();
	between.close();
	await server.end('SIGTERM');
	rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(seen, null, '\t'));
process.exit(seen.wrong.length > 0 ? 1 : 0);
