// A simulated Telegram: one bot, its chats, their messages and the files in them. Sends are never deduplicated, as in
// the real one; an edit never makes a second message. Times are the clock's, in whole seconds on the wire.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/buttons.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/clock.hpp"

namespace malin::world {

struct TelegramOptions {
  std::int64_t chat = 42;  // Of the person; another chat exists from its first message on.
  std::string person = "Jun";
  std::string bot_name = "Malin";
  std::string bot_username = "malin_rig_bot";
  std::size_t photo_bytes_max = 10'000'000;
  std::size_t file_bytes_max = 50'000'000;
};

struct TelegramFile {
  std::string id;      // file_id: valid again in later sends.
  std::string unique;  // file_unique_id.
  std::string name;
  std::string mime;
  std::string bytes;
  std::string sha256;  // Of the bytes, in hex; as whoever stores it says.
  int width = 0;       // Pixels.
  int height = 0;
  int duration = 0;  // Seconds.
};

// "text", "photo", "video", "animation" or "document": the name of the member in the wire's Message.
struct TelegramMedia {
  std::string type;
  std::shared_ptr<const TelegramFile> file;
  std::shared_ptr<const TelegramFile> thumbnail;
};

struct TelegramMessage {
  std::int64_t id = 0;
  std::int64_t chat = 0;
  bool from_person = false;
  TimePoint at{};
  std::optional<TimePoint> edited_at;
  int edits = 0;
  bool deleted = false;
  std::string text;  // Or the caption, when there is media.
  std::optional<TelegramMedia> media;
  std::vector<Buttons> keyboard;  // Rows of buttons.
  std::string group;              // media_group_id.
  bool spoiler = false;
  bool protected_content = false;
};

// Why the Bot API declines: HTTP status and description.
struct TelegramRefusal {
  int code = 400;
  std::string description;
};

template <class T>
using TelegramResult = std::expected<T, TelegramRefusal>;

// A press on a button of a message, which shows a waiting mark until it is answered.
struct TelegramPress {
  std::string id;
  std::int64_t message = 0;
  std::string data;
  std::optional<std::string> answer;
};

struct TelegramUpdate {
  std::int64_t id = 0;
  std::int64_t message = 0;
  std::string press{};  // Its id; empty: the update is the message itself.
};

struct TelegramCommand {
  std::string name;
  std::string description;
};

class Telegram {
 public:
  Telegram(Clock& clock, TelegramOptions options);

  // What the person does.
  std::int64_t say(std::string text);  // Makes an update.
  // The same from another chat.
  std::int64_t say_as(std::int64_t chat, std::string text);
  // Makes an update too. not_found: the message shows no such button.
  Result<void> press(std::int64_t message, const std::string& data);
  void block(bool blocked) { blocked_ = blocked; }

  // What the bot does. chat: its number as the bot wrote it.
  TelegramResult<const TelegramMessage*> send(const std::string& chat, TelegramMessage message);
  // New text; a message with media cannot become text.
  TelegramResult<const TelegramMessage*> edit_text(const std::string& chat, std::int64_t message, std::string text,
                                                   std::vector<Buttons> keyboard = {});
  TelegramResult<const TelegramMessage*> edit_caption(const std::string& chat, std::int64_t message, std::string text);
  TelegramResult<const TelegramMessage*> edit_media(const std::string& chat, std::int64_t message, TelegramMedia media,
                                                    std::string caption, std::vector<Buttons> keyboard = {});
  TelegramResult<const TelegramMessage*> edit_keyboard(const std::string& chat, std::int64_t message,
                                                       std::vector<Buttons> keyboard);
  TelegramResult<void> remove(const std::string& chat, std::int64_t message);
  TelegramResult<void> act(const std::string& chat, const std::string& action);
  TelegramResult<void> answer_press(const std::string& id, std::string text);
  void set_commands(std::vector<TelegramCommand> commands);
  // Empty: none. While there is one, updates go there and cannot be asked for.
  void set_webhook(std::string url);
  // Updates with id >= offset, having forgotten all before it.
  std::vector<TelegramUpdate> updates(std::int64_t offset, std::size_t limit);

  // Keeps a file and gives it its ids.
  std::shared_ptr<const TelegramFile> store(TelegramFile file);
  std::shared_ptr<const TelegramFile> file(const std::string& id) const;  // nullptr: unknown.

  const std::vector<TelegramMessage>& messages() const { return messages_; }
  const TelegramMessage* message(std::int64_t id) const;
  const std::string& action() const { return action_; }  // The newest "is uploading a photo", while it shows.
  TimePoint action_until() const { return action_until_; }
  const std::vector<TelegramPress>& presses() const { return presses_; }
  const std::vector<TelegramCommand>& commands() const { return commands_; }
  const std::string& webhook() const { return webhook_; }
  int sends(std::int64_t chat) const;                   // Messages made by the bot, ever.
  std::uint64_t revision() const { return revision_; }  // Grows with every change.
  const TelegramOptions& options() const { return options_; }

  std::function<void()> on_change;

 private:
  TelegramResult<void> admit(const std::string& chat) const;
  TelegramResult<TelegramMessage*> find(const std::string& chat, std::int64_t message);
  void changed();

  Clock& clock_;
  TelegramOptions options_;
  std::vector<TelegramMessage> messages_;
  std::map<std::string, std::shared_ptr<const TelegramFile>> files_;
  std::vector<TelegramUpdate> updates_;
  std::int64_t next_message_ = 1;
  std::int64_t next_update_ = 730'000'001;
  std::int64_t next_file_ = 1;
  bool blocked_ = false;
  std::string action_;
  TimePoint action_until_{};
  std::uint64_t revision_ = 0;
  std::map<std::int64_t, int> sends_;
  std::vector<TelegramPress> presses_;
  std::vector<TelegramCommand> commands_;
  std::string webhook_;
};

}  // namespace malin::world
