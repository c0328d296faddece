// The file of work, and how a peer answers for it (benches/peers/README.md).
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model.hpp"

// What a tick comes to.
struct Outcome {
    std::vector<Census> populations;
    std::vector<NodeCensus> nodes;
    std::vector<u64> gains;
    u32 node_lanes[4];
};

class Work {
  public:
    u32 window_words, topics, kinds, populations, labs, boards, mails, edges, classes, ticks;

    explicit Work(const char *path) {
        std::ifstream file(path, std::ios::binary);
        char name[25] = {};
        u64 count;
        while (file.read(name, 24) && file.read(reinterpret_cast<char *>(&count), 8)) {
            auto &words = parts[name];
            words.resize(count);
            file.read(reinterpret_cast<char *>(words.data()), 4 * count);
        }
        auto sizes = words("sizes");
        if (sizes.size() != 11 || sizes[0] != 1) {
            std::cerr << path << ": another format of work\n";
            std::exit(2);
        }
        u32 *fields[] = {&window_words, &topics, &kinds, &populations, &labs,
                         &boards,       &mails,  &edges, &classes,     &ticks};
        for (int i = 0; i < 10; ++i) *fields[i] = sizes[1 + i];
    }

    bool has(const std::string &name) const { return parts.contains(name); }
    const std::vector<u32> &words(const std::string &name) const { return parts.at(name); }
    template <class T> std::span<const T> as(const std::string &name) const {
        const auto &words = parts.at(name);
        return {reinterpret_cast<const T *>(words.data()), 4 * words.size() / sizeof(T)};
    }
    // A part of one tick.
    template <class T> std::span<const T> tick(u32 t, const char *name) const {
        return as<T>(std::to_string(t) + "." + name);
    }

    u64 agents() const {
        u64 count = 0;
        for (u32 p = 0; p < populations; ++p)
            for (u32 work : words("agents." + std::to_string(p) + ".work")) count += work != 0;
        return count;
    }

    // "bits", or what differs first.
    std::string compare(u32 t, const Outcome &outcome) const {
        auto differs = [&](const std::string &what, u64 expected, u64 found) {
            return "tick " + std::to_string(t) + ", " + what + ": " + std::to_string(expected) + " expected, " +
                   std::to_string(found) + " found";
        };
        auto counters = tick<u64>(t, "expected.counters");
        auto lanes = tick<u32>(t, "expected.lanes"), node_lanes = tick<u32>(t, "expected.node_lanes");
        auto nodes = tick<u32>(t, "expected.nodes");
        auto gains = tick<u64>(t, "expected.gains");
        for (u32 p = 0; p < populations; ++p) {
            const Census &found = outcome.populations[p];
            for (u32 i = 0; i < COUNTERS; ++i)
                if (counters[p * COUNTERS + i] != found.counters[i])
                    return differs("counter " + std::to_string(i), counters[p * COUNTERS + i], found.counters[i]);
            for (u32 i = 0; i < 4; ++i)
                if (lanes[4 * p + i] != found.lanes[i]) return differs("lanes", lanes[4 * p + i], found.lanes[i]);
        }
        const u32 *found = reinterpret_cast<const u32 *>(outcome.nodes.data());
        for (u32 i = 0; i < nodes.size(); ++i)
            if (nodes[i] != found[i]) return differs("node word " + std::to_string(i), nodes[i], found[i]);
        for (u32 i = 0; i < gains.size(); ++i)
            if (gains[i] != outcome.gains[i]) return differs("gains", gains[i], outcome.gains[i]);
        for (u32 i = 0; i < 4; ++i)
            if (node_lanes[i] != outcome.node_lanes[i])
                return differs("node lanes", node_lanes[i], outcome.node_lanes[i]);
        return "bits";
    }

  private:
    std::map<std::string, std::vector<u32>> parts;
};

// Answers each line of standard input with one run of all ticks, as a line of JSON.
template <class Engine> void serve(const Work &work, Engine &engine, const char *peer, const char *version, int threads) {
    u64 agents = work.agents();
    for (std::string line; std::getline(std::cin, line);) {
        engine.restore();
        std::string agrees = "bits", seconds, events;
        for (u32 t = 0; t < work.ticks; ++t) {
            auto start = std::chrono::steady_clock::now();
            const Outcome &outcome = engine.tick(t);
            double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            if (agrees == "bits") agrees = work.compare(t, outcome);
            u64 sum = 0;
            for (const Census &census : outcome.populations) sum += census.counters[EVENTS];
            if (t > 0) seconds += ',', events += ',';
            seconds += std::to_string(took);
            events += std::to_string(sum);
        }
        std::printf("{\"peer\":\"%s\",\"version\":\"%s\",\"threads\":%d,\"agents\":%llu,\"events\":[%s],\"seconds\":[%s],"
                    "\"agrees\":\"%s\"}\n",
                    peer, version, threads, static_cast<unsigned long long>(agents), events.c_str(), seconds.c_str(),
                    agrees.c_str());
        std::fflush(stdout);
    }
}
