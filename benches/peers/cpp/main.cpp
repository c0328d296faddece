// The model on the CPU: `peer FILE THREADS`. Compiled with -DVECTOR=1, research runs sixteen agents at a time.

#include <atomic>
#include <functional>
#include <thread>

#include "work.hpp"

#ifndef VECTOR
#define VECTOR 0
#endif

#if VECTOR
#include "vector.hpp"
#endif

// Threads that wait for work between ticks.
class Pool {
  public:
    const int size;

    explicit Pool(int size) : size(size) {
        for (int i = 1; i < size; ++i) workers.emplace_back([this, i](std::stop_token stop) { work(stop, i); });
    }
    ~Pool() {
        for (auto &worker : workers) worker.request_stop();
        epoch.fetch_add(1);
        epoch.notify_all();
    }
    // Runs `job(thread)` on every thread and waits for all.
    void run(const std::function<void(int)> &job) {
        current = &job;
        left.store(size - 1);
        epoch.fetch_add(1);
        epoch.notify_all();
        job(0);
        for (int now; (now = left.load()) != 0;) left.wait(now);
    }

  private:
    std::atomic<int> epoch = 0, left = 0;
    const std::function<void(int)> *current = nullptr;
    std::vector<std::jthread> workers;

    void work(std::stop_token stop, int index) {
        for (int seen = 0;; ++seen) {
            epoch.wait(seen);
            if (stop.stop_requested()) return;
            (*current)(index);
            if (left.fetch_sub(1) == 1) left.notify_one();
        }
    }
};

// One thread's own counts and finds, on its own cache lines.
struct alignas(128) Own {
    Census census;
    std::vector<u32> finds;
    std::vector<NodeCensus> nodes;
    std::vector<u64> gains;
    u32 node_lanes[4];
};

template <int W> class Engine {
  public:
    Engine(const Work &work, int threads) : work(work), pool(threads), own(threads) {
        outcome.populations.resize(work.populations);
        outcome.nodes.resize(nodes_count());
        outcome.gains.resize(work.labs * work.kinds);
        for (Own &own : own) {
            own.finds.assign(work.topics * work.boards * W, 0);
            own.nodes.resize(outcome.nodes.size());
            own.gains.resize(outcome.gains.size());
        }
    }

    void restore() {
        nodes = work.words("nodes"), older = work.words("older"), mails = work.words("mail_store");
        due.clear(), work_words.clear();
        for (u32 p = 0; p < work.populations; ++p) {
            std::string prefix = "agents." + std::to_string(p);
            due.push_back(work.words(prefix + ".due"));
            work_words.push_back(work.words(prefix + ".work"));
            std::copy_n(work.words(prefix + ".lanes").data(), 4, outcome.populations[p].lanes);
        }
        take_tables(0);
    }

    const Outcome &tick(u32 t) {
        if (t > 0) take_tables(t);
        for (u32 p = 0; p < work.populations; ++p) advance(t, p);
        share_all(t);
        return outcome;
    }

  private:
    const Work &work;
    Pool pool;
    std::vector<Own> own;
    Outcome outcome;
    std::vector<std::vector<u32>> due, work_words;
    std::vector<u32> nodes, older, mails;
    std::span<const AliasEntry> alias;
    std::span<const u32> binomial;

    static constexpr u64 CHUNK = 8192;

    u32 nodes_count() const { return work.boards + work.labs + 1; }

    void take_tables(u32 t) {
        std::string prefix = std::to_string(t) + ".";
        if (work.has(prefix + "alias")) alias = work.as<AliasEntry>(prefix + "alias");
        if (work.has(prefix + "binomial")) binomial = work.as<u32>(prefix + "binomial");
    }

    void advance(u32 t, u32 p) {
        const PopulationTick &population = work.tick<PopulationTick>(t, "populations")[p];
        const KindTick *kinds = &work.tick<KindTick>(t, "kinds")[p * work.kinds];
        const u64 slots = work.tick<u64>(t, "slots")[p];
        const bool spawns = work.tick<u32>(t, "spawn")[p];
        const BoardTick *boards = work.tick<BoardTick>(t, "boards").data();
        std::atomic<u64> next = 0;
        pool.run([&](int thread) {
            Own &mine = own[thread];
            mine.census = {};
            World world{work.topics,
                        work.kinds,
                        nodes_count(),
                        work.boards,
                        nodes.data(),
                        older.data(),
                        work.words("topic_kind").data(),
                        alias.data(),
                        binomial.data(),
                        work.as<i32>("normal").data(),
                        boards,
                        mine.finds.data()};
            for (u64 from; (from = next.fetch_add(CHUNK)) < slots;) {
                u64 to = std::min(from + CHUNK, slots);
                u32 *dues = due[p].data(), *works = work_words[p].data();
                if (spawns)
                    for (u64 rank = from; rank < to; ++rank)
                        spawn(population, rank, dues[rank], works[rank], mine.census);
                research_range(world, population, kinds, from, to, dues, works, mine.census);
            }
        });
        Census &sum = outcome.populations[p];
        std::fill_n(sum.counters, u32(COUNTERS), 0);
        for (const Own &own : own) sum.merge(own.census);
    }

    static void research_range(const World &world, const PopulationTick &population, const KindTick *kinds, u64 from,
                               u64 to, u32 *due, u32 *works, Census &census) {
#if VECTOR
        if (W == 1 && vector_research(world, population, kinds, from, to, due, works, census)) return;
#endif
        for (u64 rank = from; rank < to; ++rank)
            if (is_due(population, due[rank]) && works[rank] & PRESENT)
                research<W>(world, population, kinds, rank, due[rank], works[rank], census);
    }

    void share_all(u32 t) {
        constexpr u32 STEP = 64;
        std::atomic<u32> next = 0;
        pool.run([&](int thread) {
            Own &mine = own[thread];
            std::fill(mine.nodes.begin(), mine.nodes.end(), NodeCensus{});
            std::fill(mine.gains.begin(), mine.gains.end(), 0);
            std::fill_n(mine.node_lanes, 4, 0);
            ShareCensus census{mine.nodes.data(), mine.gains.data(), mine.node_lanes};
            Rules rules{work.topics,
                        work.kinds,
                        work.labs,
                        work.boards,
                        work.mails,
                        work.as<KindGain>("kind_gains").data(),
                        work.words("topic_kind").data(),
                        work.words("lab_boards").data(),
                        work.words("edge_start").data(),
                        work.as<Edge>("edges").data(),
                        work.as<Mail>("mails").data(),
                        work.tick<BoardTick>(t, "boards").data(),
                        work.tick<u32>(t, "classes").data(),
                        work.as<i32>("normal").data(),
                        work.as<Pair>("ideas_key")[0],
                        nodes.data(),
                        older.data(),
                        mails.data(),
                        own[0].finds.data()};
            for (u32 from; (from = next.fetch_add(STEP)) < work.topics;) {
                u32 to = std::min(from + STEP, work.topics);
                gather_finds(from, to);
                for (u32 topic = from; topic < to; ++topic) share<W>(rules, topic, census);
            }
        });
        std::fill(outcome.nodes.begin(), outcome.nodes.end(), NodeCensus{});
        std::fill(outcome.gains.begin(), outcome.gains.end(), 0);
        std::fill_n(outcome.node_lanes, 4, 0);
        for (const Own &own : own) {
            for (u32 i = 0; i < outcome.nodes.size(); ++i) {
                NodeCensus &sum = outcome.nodes[i];
                const NodeCensus &more = own.nodes[i];
                sum.fresh += more.fresh, sum.known += more.known, sum.news += more.news, sum.ended += more.ended;
            }
            for (u32 i = 0; i < outcome.gains.size(); ++i) outcome.gains[i] += own.gains[i];
            for (u32 i = 0; i < 4; ++i) outcome.node_lanes[i] += own.node_lanes[i];
        }
    }

    // Unites what the threads found in some topics.
    void gather_finds(u32 from, u32 to) {
        const u32 row = work.boards * W;
        for (u32 thread = 1; thread < own.size(); ++thread)
            for (u32 i = from * row; i < to * row; ++i) {
                own[0].finds[i] |= own[thread].finds[i];
                own[thread].finds[i] = 0;
            }
    }
};

template <int W> void run(const Work &work, int threads) {
    Engine<W> engine(work, threads);
#ifdef __clang__
    const char *version = __VERSION__;
#else
    const char *version = "g++ " __VERSION__;
#endif
    serve(work, engine, VECTOR ? "c++" : "c++ scalar", version, threads);
}

int main(int count, char **args) {
    if (count != 3) {
        std::cerr << "usage: peer FILE THREADS\n";
        return 2;
    }
    Work work(args[1]);
    int threads = std::atoi(args[2]);
    switch (work.window_words) {
    case 1: run<1>(work, threads); break;
    case 2: run<2>(work, threads); break;
    case 4: run<4>(work, threads); break;
    }
}
