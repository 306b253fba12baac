import {afterAll, afterEach, beforeAll, beforeEach} from "vitest";
import type {ServiceSettings} from "../../../../src/training/jobs/index.js";
import type {Workspace} from "../../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../../support/temporaryWorkspace.js";
import {type OpenAIServer, openAIServer} from "./openAIServer.js";

export let server: OpenAIServer;
export let workspace: Workspace;
export let service: ServiceSettings;

/** Starts a server of the service, and a workspace, for each test. */
export function setUpOpenAIJobs(): void {
  beforeAll(() => void (process.env.TEST_JOB_KEY = "sk-very-secret-key-1234567890"));
  afterAll(() => void delete process.env.TEST_JOB_KEY);
  beforeEach(async () => {
    server = await openAIServer();
    workspace = await temporaryWorkspace();
    service = {service: "openai", trust: "contract", baseUrl: server.baseUrl, apiKeyEnv: "TEST_JOB_KEY"};
  });
  afterEach(() => server.close());
}
