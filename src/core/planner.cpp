#include "core/planner.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tuple>

namespace malin {

namespace {

using Index = std::int32_t;
constexpr Index none = -1;
constexpr std::size_t work_max = 32768;         // Sets followed, times candidates: under a millisecond.
constexpr std::size_t least_choices_max = 256;  // Sets followed at a time, however many candidates there are.

// A set of candidates is a chain of links, the latest candidate first; sets share what they have in common.
struct Link {
  Index candidate;
  Index earlier;  // none: the set ends here.
};

struct Choice {
  std::int64_t impact = 0;
  Bytes freed;
  Index senses = 0;
  Index last = none;       // Link.
  std::int64_t least = 0;  // The impact of any set that it may grow into is no less.
};

// The least impact with which candidates free some memory, if they could leave in part: never above the true one.
class Relaxation {
 public:
  explicit Relaxation(std::span<const Candidate> candidates) : candidates_(candidates), order_(candidates.size()) {
    std::iota(order_.begin(), order_.end(), Index{0});
    std::ranges::sort(order_, {}, [&](Index i) { return std::pair(price(i), i); });
  }

  // The candidates that are left, cheapest memory first.
  const std::vector<Index>& order() const { return order_; }

  void leave_out(Index candidate) {
    std::erase(order_, candidate);
    freed_.assign(1, Bytes{});
    impact_.assign(1, 0);
    for (const Index i : order_) {
      freed_.push_back(freed_.back() + candidates_[at(i)].footprint);
      impact_.push_back(impact_.back() + candidates_[at(i)].impact);
    }
    whole_ = order_.size();
  }

  // nullopt: all of them do not free that much. REQUIRES: `missing` > 0, and never more than when asked before since
  // the last `leave_out`.
  std::optional<std::int64_t> least_impact(Bytes missing) {
    if (freed_.back() < missing) return std::nullopt;
    while (freed_[whole_ - 1] >= missing) --whole_;
    const Index part = order_[whole_ - 1];
    const double rest = static_cast<double>((missing - freed_[whole_ - 1]).count) * price(part);
    return impact_[whole_ - 1] + static_cast<std::int64_t>(std::ceil(rest - rounding));
  }

 private:
  static constexpr double rounding = 1e-6;  // More than what doubles lose here, so the bound is never too high.

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  double price(Index i) const {
    const Candidate& one = candidates_[at(i)];
    if (one.footprint <= Bytes{}) return std::numeric_limits<double>::infinity();
    return static_cast<double>(one.impact) / static_cast<double>(one.footprint.count);
  }

  std::span<const Candidate> candidates_;
  std::vector<Index> order_;
  std::vector<Bytes> freed_;          // By the first n of `order_`, all n.
  std::vector<std::int64_t> impact_;  // The same.
  std::size_t whole_ = 0;             // The last answer: so many of `order_`, the last of them in part.
};

class Search {
 public:
  Search(Bytes missing, std::span<const Candidate> candidates)
      : missing_(missing),
        candidates_(candidates),
        relaxation_(candidates),
        choices_max_(std::max(least_choices_max, work_max / candidates.size())) {}

  Choice run() {
    take_greedily();
    std::vector<Choice> choices{Choice{}};
    std::vector<Choice> next;
    for (Index i = 0; static_cast<std::size_t>(i) < candidates_.size(); ++i) {
      relaxation_.leave_out(i);
      with_and_without(choices, i, next);
      std::swap(choices, next);
      if (choices.size() > choices_max_) thin(choices);
    }
    return best_;
  }

  std::vector<std::string> names(const Choice& choice) const {
    std::vector<std::string> names;
    for (Index at = choice.last; at != none; at = link(at).earlier)
      names.push_back(candidates_[static_cast<std::size_t>(link(at).candidate)].sense);
    std::ranges::reverse(names);
    return names;
  }

 private:
  const Link& link(Index at) const { return links_[static_cast<std::size_t>(at)]; }

  Choice with(const Choice& choice, Index i) {
    const Candidate& one = candidates_[static_cast<std::size_t>(i)];
    return {choice.impact + one.impact, choice.freed + one.footprint, choice.senses + 1, choice.last, 0};
  }
  void append(Choice& choice, Index i) {
    links_.push_back({i, choice.last});
    choice.last = static_cast<Index>(links_.size()) - 1;
  }

  // Of two sets that are alike otherwise: whether the first has the earlier candidates.
  bool is_earlier(Index a, Index b) const {
    for (; a != b; a = link(a).earlier, b = link(b).earlier)
      if (link(a).candidate != link(b).candidate) return link(a).candidate < link(b).candidate;
    return false;
  }
  bool is_better(const Choice& a, const Choice& b) const {
    const auto cost = [](const Choice& one) { return std::tuple(one.impact, one.freed, one.senses); };
    return cost(a) < cost(b) || (cost(a) == cost(b) && is_earlier(a.last, b.last));
  }

  // A good set to begin with: the cheapest memory first, ended by whoever covers the rest for the least.
  void take_greedily() {
    std::vector<Index> taken;
    Choice so_far;
    std::optional<std::int64_t> least;
    std::vector<Index> best;
    const std::vector<Index>& order = relaxation_.order();
    for (std::size_t k = 0; k < order.size() && so_far.freed < missing_; ++k) {
      for (std::size_t j = k; j < order.size(); ++j) {
        const Choice ended = with(so_far, order[j]);
        if (ended.freed < missing_ || (least && *least <= ended.impact)) continue;
        least = ended.impact;
        best = taken;
        best.push_back(order[j]);
      }
      so_far = with(so_far, order[k]);
      taken.push_back(order[k]);
    }
    std::ranges::sort(best);
    for (const Index i : best) {
      best_ = with(best_, i);
      append(best_, i);
    }
  }

  void with_and_without(const std::vector<Choice>& choices, Index i, std::vector<Choice>& next);
  void thin(std::vector<Choice>& choices) const;

  Bytes missing_;
  std::span<const Candidate> candidates_;
  Relaxation relaxation_;
  std::size_t choices_max_;
  std::vector<Link> links_;
  Choice best_;  // So far; covers what is missing.
};

// `choices` are all sets of the candidates before i that may grow into the answer, by impact and then by what they
// free. Who frees no more than a cheaper one is not among them, so they are in order of what they free, too.
void Search::with_and_without(const std::vector<Choice>& choices, Index i, std::vector<Choice>& next) {
  next.clear();
  Choice before{.impact = -1, .freed = Bytes{-1}};
  Bytes freed_for_less{-1};  // The most that a cheaper one frees.
  const auto consider = [&](Choice choice, bool is_new) {
    if (before.impact < choice.impact) freed_for_less = before.freed;
    if (choice.freed <= freed_for_less) return;
    before = choice;
    if (choice.freed >= missing_) {
      if (choice.impact > best_.impact) return;
      if (is_new) append(choice, i);
      if (is_better(choice, best_)) best_ = choice;
      return;
    }
    const auto rest = relaxation_.least_impact(missing_ - choice.freed);
    if (!rest || choice.impact + *rest > best_.impact) return;
    choice.least = choice.impact + *rest;
    if (is_new) append(choice, i);
    const bool is_same = !next.empty() && next.back().impact == choice.impact && next.back().freed == choice.freed;
    if (!is_same) return next.push_back(choice);
    if (is_better(choice, next.back())) next.back() = choice;
  };
  std::size_t old = 0;
  for (const Choice& choice : choices) {
    const Choice grown = with(choice, i);
    for (; old < choices.size() &&
           std::tie(choices[old].impact, choices[old].freed) <= std::tie(grown.impact, grown.freed);
         ++old)
      consider(choices[old], false);
    consider(grown, true);
  }
  for (; old < choices.size(); ++old) consider(choices[old], false);
}

// Where exactness ends. First go those that can at best be as good as the best so far, which leaves the impact exact.
// If there are still too many, of those with about the same impact the one stays that frees most.
void Search::thin(std::vector<Choice>& choices) const {
  std::erase_if(choices, [this](const Choice& one) { return one.least >= best_.impact; });
  if (choices.size() <= choices_max_) return;
  const std::int64_t lowest = choices.front().impact;
  const std::int64_t width = (choices.back().impact - lowest) / static_cast<std::int64_t>(choices_max_) + 1;
  const auto share = [&](const Choice& one) { return (one.impact - lowest) / width; };
  std::size_t kept = 0;
  for (const Choice& one : choices) {
    if (kept > 0 && share(choices[kept - 1]) == share(one)) --kept;
    choices[kept++] = one;
  }
  choices.resize(kept);
}

}  // namespace

std::optional<std::vector<std::string>> plan_eviction(Bytes missing, std::span<const Candidate> candidates) {
  if (missing <= Bytes{}) return std::vector<std::string>{};
  Bytes all;
  for (const Candidate& one : candidates) all += one.footprint;
  if (all < missing) return std::nullopt;
  Search search(missing, candidates);
  return search.names(search.run());
}

}  // namespace malin
