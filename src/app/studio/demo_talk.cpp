#include "app/studio/demo_talk.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "net/event_stream.hpp"
#include "net/json.hpp"

namespace malin::app {

namespace json = net::json;

namespace {

constexpr std::chrono::seconds reply_limit{60};
constexpr Duration pause{14'000};      // Between two replies, as people read and type.
constexpr Duration away_pause{3'000};  // Before a message that could not be taken is tried again.
constexpr Duration keep_alive{10'000};

constexpr std::array<std::string_view, 4> questions{"How was your day?", "Send me a selfie, will you?",
                                                    "What are you reading?", "Where shall we go on Sunday?"};

net::HttpRequest chat_request(const std::string& model, const std::string& question) {
  net::HttpRequest request("POST", "/v1/chat/completions");
  request.headers.set("Content-Type", "application/json");
  const json::array messages{json::object{{"role", "user"}, {"content", question}}};
  request.body = json::serialize(json::object{{"model", model}, {"messages", messages}, {"stream", true}});
  return request;
}

// The text of one event of the stream; "[DONE]" and others have none.
std::string content_of(const net::StreamEvent& event) {
  const Result<json::value> chunk = net::parse_json(event.data);
  const json::array* choices = chunk ? net::find_array(*chunk, "choices") : nullptr;
  if (choices == nullptr || choices->empty()) return {};
  const json::value* delta = net::find(choices->front(), "delta");
  return delta == nullptr ? "" : net::find_string(*delta, "content").value_or("");
}

}  // namespace

DemoTalk::DemoTalk(boost::asio::any_io_executor executor, Clock& clock, net::Url daemon, net::Url brain,
                   std::string model)
    : clock_(clock),
      daemon_(executor, std::move(daemon), ""),
      brain_(executor, std::move(brain)),
      model_(std::move(model)) {}

Task<std::string> DemoTalk::hear(std::string question, std::string turn) {
  net::HttpRequest request = chat_request(model_, question);
  Result<std::unique_ptr<net::HttpStream>> stream = co_await brain_.open(std::move(request), reply_limit);
  if (!stream || (*stream)->head().status != 200) co_return "";
  net::EventParser parser;
  std::string text;
  bool is_done = false;
  TimePoint kept_at = clock_.now();
  for (;;) {
    Result<std::string> bytes = co_await (*stream)->read_some(reply_limit);
    if (!bytes) co_return "";
    if (bytes->empty()) break;
    const auto events = parser.feed(*bytes);
    if (!events) co_return "";
    for (const net::StreamEvent& event : *events) {
      is_done = is_done || event.data == "[DONE]";
      text += content_of(event);
    }
    if (clock_.now() < kept_at + keep_alive) continue;
    kept_at = clock_.now();
    const Result<RestAnswer> kept = co_await daemon_.ask("PUT", "/v1/turns/" + turn);
    if (!kept) co_return "";
  }
  co_return is_done ? text : "";
}

Task<std::string> DemoTalk::begin_turn() {
  std::string turn;
  while (turn.empty() && !is_stopping_) {
    const Result<RestAnswer> begun = co_await daemon_.ask("POST", "/v1/turns");
    if (begun && begun->status == 201) turn = net::find_string(begun->body, "id").value_or("");
    if (!turn.empty()) break;
    if (!std::exchange(is_waiting_, true)) ++counters_.waited;
    co_await clock_.sleep_until(clock_.now() + away_pause);
  }
  is_waiting_ = false;
  co_return turn;
}

Task<void> DemoTalk::one_turn(std::string question) {
  const std::string turn = co_await begin_turn();
  if (turn.empty()) co_return;
  is_talking_ = true;
  const std::string text = co_await hear(std::move(question), turn);
  ++(text.empty() ? counters_.cut : counters_.said);
  if (!text.empty()) {
    json::value reply = json::object{{"text", text}};
    const Result<RestAnswer> taken = co_await daemon_.ask("POST", "/v1/replies", std::move(reply));
    if (taken && taken->is_success())
      if (const json::array* jobs = net::find_array(taken->body, "jobs"))
        counters_.tags += static_cast<int>(jobs->size());
  }
  const Result<RestAnswer> ended = co_await daemon_.ask("DELETE", "/v1/turns/" + turn);
  is_talking_ = false;
  // A turn that could not be ended ends by itself.
  if (ended) co_await clock_.sleep_until(clock_.now() + pause);
}

Task<void> DemoTalk::run() {
  while (!is_stopping_) {
    // The one who asked for a selfie asks once.
    std::string question(questions[static_cast<std::size_t>(counters_.said) % questions.size()]);
    if (counters_.tags > 0 && question.contains("selfie")) question = questions.front();
    co_await one_turn(std::move(question));
  }
}

}  // namespace malin::app
