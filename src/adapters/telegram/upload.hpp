// Makes the multipart body that carries a piece of media to Telegram. Reads whole files, so it is kept off the loop.
#pragma once

#include <string>

#include "core/result.hpp"
#include "ports/courier.hpp"

namespace malin::adapters::telegram {

inline constexpr Bytes kPhotoMax{10'000'000};  // Larger photos go as documents.

struct UploadPlan {
  DeliveryOrder order;
  std::string chat_id;
  bool edit = false;         // Turn order.status into the media, rather than send a new message.
  bool as_document = false;  // Whatever the type.
  Bytes size_max;            // Of the file.
};

struct Upload {
  std::string method;
  std::string content_type;
  std::string body;
  bool as_document = false;
};

// refused: the file is too large or cannot be read; the message names it. A thumbnail that cannot be used is left out.
Result<Upload> compose_upload(const UploadPlan& plan);

// "larger than Telegram takes (50 MB); kept at PATH".
Error too_large_error(Bytes size_max, const std::string& path);

}  // namespace malin::adapters::telegram
