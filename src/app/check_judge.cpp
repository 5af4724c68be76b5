#include <fmt/format.h>

#include "app/check.hpp"

namespace malin::app {

namespace {

std::string start_advice(const ServerSettings& server, const std::string& section) {
  if (!server.start.empty()) return fmt::format("start it with `{}`, or set {}.url", server.start, section);
  return fmt::format("start it, or set {}.url; with a command in {}.start malin starts it", section, section);
}

std::string advice_for(const Error& error, const ServerSettings& server, const std::string& section) {
  switch (error.code) {
    case Errc::unreachable:
    case Errc::timeout:
      return start_advice(server, section);
    case Errc::refused:
      return fmt::format("if it wants a token, set {}.token_env or {}.token_file", section, section);
    case Errc::not_found:
    case Errc::bad_reply:
      return fmt::format("look whether {}.url and type are those of this server", section);
  }
  return "";
}

std::string where(const ServerSettings& server) { return server.url.empty() ? "" : " at " + server.url; }

void judge_cards(const AppConfig& config, const Visits& visits, Findings& out) {
  for (const CardSettings& card : config.cards) {
    const auto found = visits.cards.find(card.name);
    if (found == visits.cards.end()) continue;
    const std::string part = "card " + card.name;
    const std::string section = "cards." + card.name;
    if (!found->second) {
      out.push_back({Verdict::wrong, part, found->second.error().message,
                     fmt::format("look whether {}.driver, index and uuid are right", section)});
      continue;
    }
    const CardReading& reading = *found->second;
    out.push_back(
        {Verdict::good, part,
         fmt::format("{}, {} free of {}", card.driver, format_bytes(reading.free), format_bytes(reading.total)), ""});
    if (card.total && *card.total > reading.total) {
      out.push_back({Verdict::remark, part,
                     fmt::format("the config says {} in all, the driver {}", format_bytes(*card.total),
                                 format_bytes(reading.total)),
                     fmt::format("set {}.total to what the driver says", section)});
    }
  }
}

std::string residents_of(const EngineReading& reading) {
  if (reading.residents.empty()) return "nothing loaded";
  std::string text;
  for (const Resident& resident : reading.residents) text += (text.empty() ? "loaded: " : ", ") + resident.identifier;
  return text;
}

void judge_engines(const AppConfig& config, const Visits& visits, Findings& out) {
  for (const EngineSettings& engine : config.engines) {
    const auto found = visits.engines.find(engine.name);
    if (found == visits.engines.end()) continue;
    const std::string part = "engine " + engine.name;
    if (!found->second) {
      const Error& error = found->second.error();
      out.push_back({Verdict::wrong, part, fmt::format("does not answer{}: {}", where(engine), error.message),
                     advice_for(error, engine, "engines." + engine.name)});
      continue;
    }
    const EngineReading& reading = *found->second;
    const std::string version = reading.version.empty() ? engine.type : reading.version;
    out.push_back({Verdict::good, part, version + ", " + residents_of(reading), ""});
    if (!reading.note.empty()) out.push_back({Verdict::remark, part, reading.note, ""});
  }
}

void judge_renderers(const AppConfig& config, const Visits& visits, Findings& out) {
  for (const RendererSettings& renderer : config.renderers) {
    const auto found = visits.renderers.find(renderer.name);
    if (found == visits.renderers.end()) continue;
    const std::string part = "renderer " + renderer.name;
    if (!found->second) {
      const Error& error = found->second.error();
      out.push_back({Verdict::wrong, part, fmt::format("does not answer{}: {}", where(renderer), error.message),
                     advice_for(error, renderer, "renderers." + renderer.name)});
      continue;
    }
    const RendererReading& reading = *found->second;
    out.push_back({Verdict::good, part,
                   fmt::format("{} {}, holds {}, {} running, {} waiting", renderer.type, reading.version,
                               format_bytes(reading.held), reading.running.size(), reading.pending.size()),
                   ""});
    if (reading.worker_dead) {
      out.push_back({Verdict::wrong, part, "it answers, and its renders stand still",
                     renderer.restart.empty() ? "restart it" : "restart it with `" + renderer.restart + "`"});
    }
  }
}

void judge_inbox(const Visits& visits, const std::string& part, Findings& out) {
  std::string trouble = visits.daemon ? visits.daemon->unheard : "";
  if (visits.inbox && !*visits.inbox && visits.inbox->error().code == Errc::refused)
    trouble = visits.inbox->error().message;
  if (!trouble.empty()) out.push_back({Verdict::wrong, part, "commands cannot be read: " + trouble, ""});
}

void judge_courier(const AppConfig& config, const Visits& visits, Findings& out) {
  if (!config.courier) {
    out.push_back({Verdict::remark, "courier", "none: media stays in the spool, to be fetched over REST",
                   "add [courier] to have it delivered"});
    return;
  }
  judge_inbox(visits, "courier " + config.courier->type, out);
  if (!visits.courier) return;
  const std::string part = "courier " + config.courier->type;
  if (*visits.courier) {
    out.push_back({Verdict::good, part,
                   fmt::format("she is {} there, and writes to chat {}", **visits.courier, config.courier->chat_id),
                   ""});
    return;
  }
  const Error& error = visits.courier->error();
  const bool is_away = error.code == Errc::unreachable || error.code == Errc::timeout;
  out.push_back({Verdict::wrong, part, error.message,
                 is_away ? "look whether this machine reaches " + config.courier->api_root
                         : "look whether the token is the one that @BotFather gave"});
}

void judge_daemon(const AppConfig& config, const Visits& visits, Findings& out) {
  const std::string part = "daemon";
  if (!visits.daemon) {
    out.push_back({Verdict::good, part, fmt::format("not running; {} is free for it", config.api.listen), ""});
  } else if (visits.daemon->is_malin) {
    out.push_back(
        {Verdict::good, part, fmt::format("is running at {}: {}", config.api.listen, visits.daemon->line), ""});
  } else {
    out.push_back({Verdict::wrong, part, fmt::format("another program has {}", config.api.listen),
                   "end that, or set api.listen to another port"});
  }
}

void judge_studio(const Visits& visits, Findings& out) {
  if (!visits.studio) out.push_back({Verdict::wrong, "media", visits.studio.error().message, ""});
}

}  // namespace

Findings judge(const AppConfig& config, const Visits& visits) {
  Findings out;
  judge_cards(config, visits, out);
  judge_engines(config, visits, out);
  judge_renderers(config, visits, out);
  judge_courier(config, visits, out);
  judge_daemon(config, visits, out);
  judge_studio(visits, out);
  for (Finding& finding : judge_senses(config, visits)) out.push_back(std::move(finding));
  for (Finding& finding : judge_kinds(config, visits)) out.push_back(std::move(finding));
  return out;
}

}  // namespace malin::app
