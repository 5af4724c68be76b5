#include "api/proxy/socket_relay.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/proxy/json_walk.hpp"
#include "api/proxy/socket_message.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t channels_max = 256;
constexpr std::chrono::seconds silence_limit{3600};  // Sockets rest for long; the ends keep them alive.
constexpr std::chrono::seconds look_interval{1};     // While a channel is held.

AwayPolicy policy_for(const ProxyOptions& options, const Standing& standing, const std::string& model) {
  for (const std::string& name : {standing.name, model})
    if (const auto found = options.away_models.find(name); found != options.away_models.end()) return found->second;
  const auto found = options.away_routes.find("/llm");
  return found == options.away_routes.end() ? options.away : found->second;
}

}  // namespace

SocketRelay::SocketRelay(Connection& connection, Peer& client, Peer& server)
    : connection_(connection), shared_(connection.shared()), client_(client), server_(server) {}

SocketRelay::~SocketRelay() {
  for (auto& [id, channel] : channels_) {
    if (channel.is_speaking) shared_.house.leave_turn();
    leave_room(channel);
  }
}

bool SocketRelay::is_holding() const {
  return std::ranges::any_of(channels_, [](const auto& row) { return !row.second.is_open; });
}

Task<void> SocketRelay::run() {
  connection_.give(silence_limit);
  std::size_t moved = 0;
  for (;;) {
    hear_client();
    hear_server();
    co_await admit_channels();
    const bool is_over = client_.is_broken() || server_.is_broken() || client_.has_ended() || server_.has_ended();
    if (is_over || from_client_.is_broken() || from_server_.is_broken() || shared_.is_stopped) break;
    if (connection_.is_late() && !is_holding()) break;
    const std::size_t all_moved = client_.moved() + server_.moved();
    if (is_holding()) {
      connection_.give(look_interval);
    } else if (all_moved != std::exchange(moved, all_moved)) {
      connection_.give(silence_limit);
    }
    if (server_.unsent() <= unsent_bytes_max) client_.read();
    if (client_.unsent() <= unsent_bytes_max) server_.read();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
}

void SocketRelay::hear_client() {
  if (client_.in().empty()) return;
  std::vector<SocketMessage> messages;
  from_client_.feed(client_.in(), messages);
  client_.consume(client_.in().size());
  for (SocketMessage& message : messages) {
    if (message.is_text)
      take_client_text(std::move(message));
    else
      server_.send(message.raw);
  }
}

void SocketRelay::take_client_text(SocketMessage message) {
  const ClientMessage said = parse_client_message(message.text);
  const bool uses_model = is_prediction(said) || is_load(said);
  if (said.channel && uses_model && channels_.size() < channels_max && !channels_.contains(*said.channel)) {
    Channel& channel = channels_.try_emplace(*said.channel, shared_.house.kinds()).first->second;
    channel.model = said.model;
    channel.speaks = is_prediction(said);
    channel.held.push_back(std::move(message.text));
    return;
  }
  const auto found = said.channel ? channels_.find(*said.channel) : channels_.end();
  if (found != channels_.end() && !found->second.is_open) {
    // What belongs to a channel that waits, waits with it. A cancel ends it before it began.
    found->second.held.push_back(std::move(message.text));
    return;
  }
  std::string text = with_present_instances(message.text);
  server_.send(text == message.text ? message.raw : format_text_frame(text, true));
}

// A handle of before a window names an instance that is gone; the sense came back as another one.
std::string SocketRelay::with_present_instances(std::string text) {
  const std::vector<Spot> spots = find_instance_references(text);
  for (auto spot = spots.rbegin(); spot != spots.rend(); ++spot) {
    const std::string was = unescape(std::string_view(text).substr(spot->begin, spot->end - spot->begin));
    const std::string now = shared_.house.look_up(was).instance;
    if (!now.empty() && now != was) text.replace(spot->begin, spot->end - spot->begin, escape(now));
  }
  return text;
}

Task<void> SocketRelay::admit_channels() {
  std::vector<std::int64_t> waiting;
  for (const auto& [id, channel] : channels_)
    if (!channel.is_open) waiting.push_back(id);
  for (const std::int64_t id : waiting) {
    const auto found = channels_.find(id);
    const bool is_settled = co_await admit(id, found->second);
    if (!is_settled) continue;
    for (const std::string& text : found->second.held) {
      const std::string present = with_present_instances(text);
      server_.send(format_text_frame(present, true));
    }
    found->second.held.clear();
    found->second.is_open = true;
  }
}

// Whether it may go on now. A channel that is refused is gone afterwards.
Task<bool> SocketRelay::admit(std::int64_t id, Channel& channel) {
  const Standing standing = shared_.house.look_up(channel.model);
  const bool has_to_queue = !channel.is_guest && shared_.room.has_guest(standing.name);
  const bool is_called = !channel.is_guest || channel.guest.is_called;
  if (!standing.is_away && !has_to_queue && is_called) {
    if (channel.speaks) channel.is_speaking = shared_.house.join_turn();
    if (channel.speaks && !channel.is_speaking) {
      std::string model = channel.model;
      channel.is_speaking = co_await shared_.house.begin_turn(std::move(model));
    }
    if (channel.is_speaking || !channel.speaks) {
      if (!channel.speaks) leave_room(channel);
      co_return true;
    }
  }
  if (channel.is_guest) {
    if (channel.guest.is_called) shared_.room.wait_again(channel.guest);
    const bool is_too_long = channel.guest.since + shared_.options.hold_limit <= std::chrono::steady_clock::now();
    if (is_too_long) fail_channel(id, standing);
    co_return false;
  }
  if (policy_for(shared_.options, standing, channel.model) != AwayPolicy::hold) {
    fail_channel(id, standing);
    co_return false;
  }
  channel.guest.model = channel.model;
  channel.guest.name = standing.name;
  channel.guest.since = std::chrono::steady_clock::now();
  channel.guest.speaks = channel.speaks;
  channel.guest.call = [connection = connection_.weak_from_this(), executor = shared_.executor] {
    boost::asio::post(executor, [connection] {
      if (const auto held = connection.lock()) held->wake().ring();
    });
  };
  channel.is_guest = true;
  shared_.room.enter(channel.guest);
  shared_.room.review();
  co_return false;
}

void SocketRelay::fail_channel(std::int64_t id, const Standing& standing) {
  client_.send(format_text_frame(format_channel_error(id, standing.name + " is away: " + standing.line), false));
  close_channel(id);
}

void SocketRelay::hear_server() {
  if (server_.in().empty()) return;
  std::vector<SocketMessage> messages;
  from_server_.feed(server_.in(), messages);
  server_.consume(server_.in().size());
  for (SocketMessage& message : messages) {
    if (message.is_text)
      take_server_text(std::move(message));
    else
      client_.send(message.raw);
  }
}

void SocketRelay::take_server_text(SocketMessage message) {
  const bool is_of_channel = !channels_.empty() && message.text.find("\"channel") != std::string::npos;
  const ClientMessage said = is_of_channel ? parse_client_message(message.text) : ClientMessage{};
  const auto found = said.channel ? channels_.find(*said.channel) : channels_.end();
  if (found == channels_.end()) return client_.send(message.raw);
  Channel& channel = found->second;
  leave_room(channel);  // Its answer has begun.
  const bool is_read = channel.speaks && shared_.options.cuts_tags && !shared_.house.kinds().empty();
  if (!is_read) {
    client_.send(message.raw);
  } else {
    std::vector<std::string> ready;
    const std::vector<ReplyText> texts = find_fragment(message.text);
    if (texts.empty())
      channel.editor.pass(message.text, ready);
    else
      channel.editor.take(message.text, texts, ready);
    for (const std::string& text : ready) client_.send(format_text_frame(text, false));
    std::vector<TagRequest> requests = channel.editor.take_requests();
    if (!requests.empty()) shared_.house.take_requests(std::move(requests));
  }
  if (said.type == "channelClose" || said.type == "channelError") close_channel(*said.channel);
}

void SocketRelay::close_channel(std::int64_t id) {
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  if (found->second.is_speaking) shared_.house.leave_turn();
  leave_room(found->second);
  channels_.erase(found);
}

void SocketRelay::leave_room(Channel& channel) {
  if (!std::exchange(channel.is_guest, false)) return;
  shared_.room.leave(channel.guest);
}

}  // namespace malin::api::proxy
