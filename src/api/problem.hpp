// Answers as JSON, and what went wrong as problem details (RFC 9457).
#pragma once

#include <string>

#include "core/result.hpp"
#include "net/http.hpp"
#include "net/json.hpp"

namespace malin::api {

namespace json = boost::json;

net::HttpResponse answer(unsigned status, const json::value& body);

// `members` are further ones of the problem, beside type, title, status and detail.
net::HttpResponse problem(unsigned status, const std::string& detail, json::object members = {});

// A request that the controller declined: not_found 404, refused 409, all else 503.
net::HttpResponse problem(const Error& error);

}  // namespace malin::api
