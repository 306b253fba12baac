import {describe, expect, it} from "vitest";
import {job, type JobDefinition} from "../../../src/training/jobs/index.js";

const sound: JobDefinition = {
  dataset: "questions",
  split: {strategy: "random", test: 0.2, validation: 0.1},
  base: "base-model",
  format: "prompt",
  on: {service: "openai", trust: "external"}
};

describe("a job's definition", () => {
  it("is refused with every setting that would have no effect, at once", () => {
    expect(job({...sound, method: "lora", lora: {rank: 8}, part: "validation"}).definition.lora).toEqual({
      rank: 8
    });
    expect(job({...sound, format: "preference", preference: {beta: 0.2}}).definition.format).toBe(
      "preference"
    );
    const wrong = () =>
      job({
        ...sound,
        method: "full",
        lora: {rank: 8},
        preference: {beta: 0.2},
        part: "validation",
        validation: "validation"
      });
    expect(wrong).toThrow(/lora.* goes with method "lora"/);
    expect(wrong).toThrow(/preference.* goes with format "preference" or "kto"/);
    expect(wrong).toThrow(/validation.* must be another part/);
  });

  it.each([
    ["more.api_key", {api_key: "sk-1"}],
    ["more.wandb.api_key", {wandb: {api_key: "sk-1"}}],
    ["more.callbacks[0].hub_token", {callbacks: [{hub_token: "hf_1"}]}],
    ["more.secrets", {secrets: {WANDB: "x"}}],
    ["more.env[0]", {env: ["WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567"]}],
    [
      "more.env[1].value",
      {
        env: [
          {name: "MODE", value: "a"},
          {name: "HF_TOKEN", value: "x"}
        ]
      }
    ],
    ["more.headers.authorization", {headers: {authorization: "Bearer sk-ABCDEF0123456789abcdef"}}],
    ["more.headers[0]", {headers: ["Authorization: Bearer abc123def456"]}],
    ["more.note", {note: "hf_abcdefghijklmnopqrstuvwxyzABCDEF01"}],
    ["more.tracking", {tracking: "https://ada:hunter2@mlflow.example.org"}],
    ["more.note", {note: "hf_" + "qWeRtYuiOPasDFghJkLzxCVbNmQWeRtyUI"}],
    ["more.headers[0]", {headers: ["Authorization: Basic YWRhOmNvcnJlY3Rob3JzZQ=="]}],
    ["more.before", {before: "curl -su ada:correcthorse https://example.org/data"}],
    ["more.args", {args: "--epochs 3 --hub-token abc123456 --push"}]
  ])("is refused with a secret in %s", (path, more) => {
    const named = path.replace(/[.[\]]/g, "\\$&");
    expect(() => job({...sound, more})).toThrow(
      new RegExp(`\`${named}\` looks like a secret, and is stored`)
    );
  });

  it("is refused with secrets in the lines of a command, all at once and without showing them", () => {
    const token = "hf_abcdefghijklmnopqrstuvwxyzABCDEF01";
    const on = {service: "command", trust: "local", tool: "axolotl"} as const;
    const wrong = {
      ...sound,
      more: {env: ["DB_PASSWORD=correcthorse"]},
      on: {
        ...on,
        run: `HF_TOKEN=${token} sh -c 'axolotl train config.yml'`,
        stop: "curl -u me --api-key '12ab34cd' https://example.org",
        state: 'curl -H "Authorization: Bearer 0a1b2c3d4e" https://example.org'
      }
    };
    let message = "";
    try {
      job(wrong);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const path of ["more.env[0]", "on.run", "on.stop", "on.state"])
      expect(message).toContain(`\`${path}\` looks like a secret`);
    for (const secret of [token, "correcthorse", "12ab34cd", "0a1b2c3d4e"])
      expect(message).not.toContain(secret);
  });

  const key = "0123456789abcdef0123456789abcdef01234567";
  it.each([
    `true || wandb login ${key}`,
    `wandb login --relogin --host https://wandb.example.org ${key} && sh train.sh`,
    "curl -H 'X-Api-Key: 3f9a8b7c6d5e4f3a' https://example.org",
    'ssh gpu "curl -H \\"X-Api-Key: 3f9a8b7c6d5e4f3a\\" https://example.org"',
    "curl --header X-Api-Key:3f9a8b7c6d5e4f3a https://example.org",
    "docker run -e SERVICE_TOKEN=3f9a8b7c6d5e image",
    "sh -c 'cd job; SERVICE_TOKEN=3f9a8b7c6d5e uv run train.py'",
    "sshpass -p correcthorse ssh gpu uv run train.py",
    "sshpass -v -p'correct horse' ssh gpu uv run train.py",
    "docker login -u ada -p correcthorse registry.example.org",
    "kubectl create secret generic hub --from-literal=token=correcthorse",
    "mysql -u ada -pcorrecthorse runs < log.sql",
    "WANDB_API_KEY=correcthorsebattery sh train.sh",
    'curl -H "Authorization: Bearer correcthorsebattery" https://example.org',
    "aws configure set aws_secret_access_key correct/horse+battery",
    'curl -H "Authorization: Bearer my-tok-12345678" https://example.org',
    `cd job\nsudo -E /opt/bin/wandb login --anonymously never ${key}`,
    `set -e; if true; then WANDB_MODE=online wandb login \\\n  ${key}; fi`,
    `python -m wandb login ${key} 2>/dev/null`,
    `uv run wandb login ${key}\nuv run train.py`,
    `bash -lc "wandb login ${key}"`,
    "rsync -e 'sshpass -p correcthorse ssh' a b",
    "DB_PASSWORD='Tr0ub4dor(' sh train.sh",
    "docker exec -i db mysql -u ada -pcorrecthorse runs"
  ])("is refused with a secret that a command is handed: %s", (run) => {
    const on = {service: "command", trust: "local", tool: "axolotl", run} as const;
    expect(() => job({...sound, on})).toThrow(/`on\.run` looks like a secret, and is stored/);
  });

  it.each([
    "wandb login $WANDB_API_KEY && wandb login --relogin && wandb offline",
    "wandb login --host=https://wandb.example.org ${KEY} || wandb login",
    'sshpass -p "$GPU_PASSWORD" ssh gpu true; sshpass -e ssh -p 2222 gpu true; sshpass -f ~/.gpu ssh gpu',
    "docker login -u ada -p $DOCKER_TOKEN; docker login --password-stdin < ~/.docker-token",
    "docker run -p 8080:80 image; mysql -u ada -p runs; mysql -P3306 -p$MYSQL_PWD runs",
    "kubectl create secret generic hub --from-literal=token=$HF_TOKEN",
    "curl -H 'X-Api-Key: '$KEY -H \"X-Api-Key: ${KEY}\" -H 'Authorization: Bearer '$KEY https://example.org",
    "WANDB_API_KEY=<your-key> OPENAI_API_KEY=unused HF_TOKEN=YOUR_TOKEN HUB_TOKEN=~/.cache/token sh train.sh",
    "train --response-token assistant --stop-token '<|im_end|>' --max-token 131072 --new-token thought",
    "HF_TOKEN=$HF_TOKEN axolotl train config.yml",
    "wandb login\npython train.py",
    "wandb login 2>/dev/null; sh x.sh",
    "wandb login > log.txt 2>&1; hf auth login --token\npython train.py",
    "wandb login --anonymously must",
    "wandb login `cat ~/.wandb`",
    "wandb login # asks for it",
    "login(token=os.environ['HF_TOKEN'])",
    "run(token=os.getenv('HF_TOKEN'), password=os.environ[\"DB\"], access_token=getenv('HF2'))",
    'client(api_key=os.environ["X"])',
    "token = tokenizer.eos_token",
    "conda run -n mysql python t.py -pretrained yes",
    "python load.py --from mysql x -print",
    "docker exec -i mysql python t.py -pretrained yes",
    'HF_TOKEN="${MY_TOKEN2}" WANDB_API_KEY=$(cat ~/.wandb) sh train.sh',
    "HF_TOKEN=`cat ~/.token1` sh train.sh --token $my_token2 --hub-token ${HF_TOKEN:-}",
    'curl -H "Authorization: Bearer $OPENAI_API_KEY" https://ada:$PASSWORD1@example.org/x?token=${TOKEN}',
    "train --input-key messages2024 --pad-token '<|pad1|>' --max-token 4096 --use-auth-token true",
    "SECRET_FILE=/run/secrets/hf1 sbatch --wait ../train.sh --sort-key created_at_2024"
  ])("may name variables and where secrets are: %s", (run) => {
    const on = {service: "command", trust: "local", tool: "axolotl", run} as const;
    expect(job({...sound, on}).definition.on).toEqual(on);
    expect(job({...sound, more: {line: run, api_key: "$OPENAI_API_KEY"}}).definition.more).toBeTruthy();
  });

  it("may name the tokens of a tokenizer, and switches", () => {
    const more = {
      eos_token: "<|im_end|>",
      special_tokens: {pad_token: "<pad>"},
      use_auth_token: true,
      hub_token: null
    };
    expect(job({...sound, more}).definition.more).toEqual(more);
  });
});
