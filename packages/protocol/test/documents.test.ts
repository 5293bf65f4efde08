import { decodeDeploymentConfig, decodeHistory } from "@guestpass/protocol";
import { describe, expect, it } from "vitest";

describe("decodeHistory", () => {
  const message = (id: string) => ({
    id,
    type: "Text",
    text: id,
    direction: "Inbound",
    channel: { time: "2026-01-01T10:00:00Z" },
  });

  it("reads a page", () => {
    const page = decodeHistory({
      entities: [message("2"), message("1")],
      pageNumber: 2,
      pageSize: 25,
      total: 27,
      pageCount: 2,
    });
    expect(page).toMatchObject({ pageNumber: 2, pageSize: 25, total: 27, pageCount: 2 });
    expect(page?.messages.map(({ identity }) => identity)).toEqual(["2", "1"]);
  });

  it("leaves out what is no message", () => {
    const page = decodeHistory({ entities: [null, 7, [], {}, { type: "Text" }, message("1")] });
    expect(page?.messages.map(({ identity }) => identity)).toEqual(["1"]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "<html>"],
    ["an array", [message("1")]],
    ["no entities", { pageNumber: 1 }],
    ["entities that are no list", { entities: {} }],
  ])("is null for %s", (_name, value) => {
    expect(decodeHistory(value)).toBeNull();
  });

  it.each([
    ["from the total", { total: 51, pageSize: 25 }, 3],
    ["of an exact total", { total: 50, pageSize: 25 }, 2],
    ["where nothing is said", {}, 1],
    ["where the size is zero", { total: 10, pageSize: 0 }, 10],
    ["where it is said", { total: 51, pageSize: 25, pageCount: 9 }, 9],
  ])("counts pages %s", (_name, fields, pageCount) => {
    expect(decodeHistory({ entities: [message("1")], ...fields })?.pageCount).toBe(pageCount);
  });
});

describe("decodeDeploymentConfig", () => {
  const full = {
    id: "d",
    version: "3",
    languages: ["en-us", 7, "de"],
    defaultLanguage: "de",
    status: "Active",
    auth: { enabled: true, allowSessionUpgrade: true },
    messenger: {
      styles: { primaryColor: "#123456" },
      launcherButton: { visibility: "OnDemand" },
      fileUpload: { enableAttachments: false, modes: [{ fileTypes: ["image/png"] }] },
      apps: {
        conversations: {
          showAgentTypingIndicator: true,
          showUserTypingIndicator: true,
          autoStart: { enabled: true },
          conversationDisconnect: { enabled: true, type: "ReadOnly" },
          conversationClear: { enabled: true },
          markdown: { enabled: true },
          sessionDurationSeconds: 900,
        },
      },
    },
  };
  const bare = {
    id: "d",
    version: "",
    languages: [],
    defaultLanguage: "en-us",
    active: true,
    authEnabled: false,
    allowSessionUpgrade: false,
    launcherVisibility: "On",
    fileUploadEnabled: false,
    showAgentTyping: false,
    showUserTyping: false,
    autoStart: false,
    disconnect: "none",
    clearEnabled: false,
    markdown: false,
  };

  it("reads everything that a client acts on", () => {
    expect(decodeDeploymentConfig(full)).toEqual({
      id: "d",
      version: "3",
      languages: ["en-us", "de"],
      defaultLanguage: "de",
      active: true,
      authEnabled: true,
      allowSessionUpgrade: true,
      primaryColor: "#123456",
      launcherVisibility: "OnDemand",
      fileUploadEnabled: false,
      showAgentTyping: true,
      showUserTyping: true,
      autoStart: true,
      disconnect: "ReadOnly",
      clearEnabled: true,
      markdown: true,
      sessionDurationSeconds: 900,
    });
  });

  it("has a default for each thing that is missing or wrong", () => {
    expect(decodeDeploymentConfig({ id: "d" })).toEqual(bare);
    expect(
      decodeDeploymentConfig({
        id: "d",
        version: 7,
        languages: "de",
        status: 1,
        auth: [],
        messenger: { apps: "x", launcherButton: null },
      }),
    ).toEqual(bare);
  });

  it.each([undefined, null, 7, "x", [], {}, { id: 7 }])("is null for %j", (value) => {
    expect(decodeDeploymentConfig(value)).toBeNull();
  });

  it.each([
    [{ conversationDisconnect: { enabled: true } }, "Send"],
    [{ conversationDisconnect: { enabled: true, type: "Send" } }, "Send"],
    [{ conversationDisconnect: { enabled: false, type: "ReadOnly" } }, "none"],
    [{ conversationDisconnect: { enabled: "true", type: "ReadOnly" } }, "none"],
  ])("reads how the agent's end is shown: %j", (conversations, disconnect) => {
    expect(decodeDeploymentConfig({ id: "d", messenger: { apps: { conversations } } })?.disconnect).toBe(disconnect);
  });

  it("knows an inactive deployment, and uploads by their modes where there is no switch", () => {
    expect(decodeDeploymentConfig({ id: "d", status: "Inactive" })?.active).toBe(false);
    const upload = (fileUpload: unknown) =>
      decodeDeploymentConfig({ id: "d", messenger: { fileUpload } })?.fileUploadEnabled;
    expect(upload({ modes: [{ fileTypes: ["image/png"] }] })).toBe(true);
    expect(upload({ modes: [] })).toBe(false);
    expect(upload({ enableAttachments: true })).toBe(true);
  });
});
