// The model in CUDA C++: `peer FILE THREADS` (threads is not used). The arithmetic is that of the C++ peer, word for word.
//
// A block takes a run of slots, compacts the agents that are due into a list in shared memory, so that busy agents do not hold
// up warps of quiet ones, and its threads take from the list. Counts meet in shared memory, then in one atomic a block.

#include "../cpp/work.hpp"

constexpr u32 THREADS = 256, SLOTS = 1024;

#define CHECK(call)                                                                                                  \
    do {                                                                                                             \
        cudaError_t status = (call);                                                                                 \
        if (status != cudaSuccess) {                                                                                 \
            std::cerr << #call << ": " << cudaGetErrorString(status) << '\n';                                        \
            std::exit(1);                                                                                            \
        }                                                                                                            \
    } while (0)

// An array on the device.
template <class T> class Buffer {
  public:
    T *data = nullptr;

    ~Buffer() { cudaFree(data); }
    void resize(u64 count) {
        if (count <= room) return;
        cudaFree(data);
        CHECK(cudaMalloc(&data, count * sizeof(T)));
        room = count;
    }
    void put(std::span<const T> from) {
        resize(from.size());
        CHECK(cudaMemcpy(data, from.data(), from.size_bytes(), cudaMemcpyHostToDevice));
    }
    void zero(u64 count) {
        resize(count);
        CHECK(cudaMemsetAsync(data, 0, count * sizeof(T)));
    }
    void get(T *to, u64 count) const { CHECK(cudaMemcpy(to, data, count * sizeof(T), cudaMemcpyDeviceToHost)); }

  private:
    u64 room = 0;
};

template <int W>
__global__ void __launch_bounds__(THREADS) advance(World world, PopulationTick population, const KindTick *kinds, u64 slots,
                                                   bool spawns, u32 *due, u32 *work, Census *sum) {
    __shared__ unsigned long long counters[COUNTERS];
    __shared__ u32 lanes[4], list[SLOTS], listed;
    const u64 from = u64(blockIdx.x) * SLOTS;
    if (threadIdx.x < COUNTERS) counters[threadIdx.x] = 0;
    if (threadIdx.x < 4) lanes[threadIdx.x] = 0;
    if (threadIdx.x == 0) listed = 0;
    __syncthreads();

    Census census = {};
    for (u32 slot = threadIdx.x; slot < SLOTS; slot += THREADS) {
        u64 rank = from + slot;
        bool runs = false;
        if (rank < slots) {
            u32 d = due[rank];
            if (spawns) {
                u32 w = work[rank];
                spawn(population, rank, d, w, census);
                due[rank] = d, work[rank] = w;
            }
            runs = is_due(population, d) && work[rank] & PRESENT;
        }
        // One atomic a warp.
        u32 busy = __ballot_sync(~0u, runs), lane = threadIdx.x % 32, start = 0;
        if (lane == 0 && busy) start = atomicAdd(&listed, __popc(busy));
        start = __shfl_sync(~0u, start, 0);
        if (runs) list[start + __popc(busy & ((1u << lane) - 1))] = slot;
    }
    __syncthreads();
    for (u32 i = threadIdx.x; i < listed; i += THREADS) {
        u64 rank = from + list[i];
        u32 d = due[rank], w = work[rank];
        research<W>(world, population, kinds, rank, d, w, census);
        due[rank] = d, work[rank] = w;
    }
    for (u32 i = 0; i < COUNTERS; ++i)
        if (census.counters[i]) atomicAdd(&counters[i], static_cast<unsigned long long>(census.counters[i]));
    for (u32 i = 0; i < 4; ++i) {
        u32 total = __reduce_add_sync(~0u, census.lanes[i]);
        if (threadIdx.x % 32 == 0) atomicAdd(&lanes[i], total);
    }
    __syncthreads();
    if (threadIdx.x < COUNTERS && counters[threadIdx.x])
        atomicAdd(reinterpret_cast<unsigned long long *>(&sum->counters[threadIdx.x]), counters[threadIdx.x]);
    if (threadIdx.x < 4) atomicAdd(&sum->lanes[threadIdx.x], lanes[threadIdx.x]);
}

template <int W> __global__ void share_topics(Rules rules, ShareCensus census) {
    u32 topic = blockIdx.x * blockDim.x + threadIdx.x;
    if (topic < rules.topics) share<W>(rules, topic, census);
}

template <int W> class Engine {
  public:
    explicit Engine(const Work &work) : work(work), due(work.populations), words(work.populations) {
        outcome.populations.resize(work.populations);
        outcome.nodes.resize(work.boards + work.labs + 1);
        outcome.gains.resize(work.labs * work.kinds);
        topic_kind.put(work.as<u32>("topic_kind"));
        normal.put(work.as<i32>("normal"));
        kind_gains.put(work.as<KindGain>("kind_gains"));
        lab_boards.put(work.as<u32>("lab_boards"));
        edge_start.put(work.as<u32>("edge_start"));
        edges.put(work.as<Edge>("edges"));
        mail_rows.put(work.as<Mail>("mails"));
        finds.zero(work.topics * work.boards * W);
    }

    void restore() {
        nodes.put(work.as<u32>("nodes"));
        older.put(work.as<u32>("older"));
        mails.put(work.as<u32>("mail_store"));
        for (u32 p = 0; p < work.populations; ++p) {
            std::string prefix = "agents." + std::to_string(p);
            due[p].put(work.as<u32>(prefix + ".due"));
            words[p].put(work.as<u32>(prefix + ".work"));
            std::copy_n(work.words(prefix + ".lanes").data(), 4, outcome.populations[p].lanes);
        }
        take_tables(0);
        CHECK(cudaDeviceSynchronize());
    }

    const Outcome &tick(u32 t) {
        if (t > 0) take_tables(t);
        kinds.put(work.tick<KindTick>(t, "kinds"));
        boards.put(work.tick<BoardTick>(t, "boards"));
        classes.put(work.tick<u32>(t, "classes"));
        census.zero(work.populations);
        node_counts.zero(outcome.nodes.size());
        gains.zero(outcome.gains.size());
        node_lanes.zero(4);
        const World world{work.topics, work.kinds,      work.boards + work.labs + 1, work.boards,   nodes.data,
                          older.data,  topic_kind.data, alias.data,                  binomial.data, normal.data,
                          boards.data, finds.data};
        for (u32 p = 0; p < work.populations; ++p) {
            u64 slots = work.tick<u64>(t, "slots")[p];
            if (slots == 0) continue;
            advance<W><<<u32((slots + SLOTS - 1) / SLOTS), THREADS>>>(
                world, work.tick<PopulationTick>(t, "populations")[p], kinds.data + p * work.kinds, slots,
                work.tick<u32>(t, "spawn")[p] != 0, due[p].data, words[p].data, census.data + p);
        }
        const Rules rules{work.topics,     work.kinds,      work.labs,       work.boards,     work.mails,
                          kind_gains.data, topic_kind.data, lab_boards.data, edge_start.data, edges.data,
                          mail_rows.data,  boards.data,     classes.data,    normal.data,     work.as<Pair>("ideas_key")[0],
                          nodes.data,      older.data,      mails.data,      finds.data};
        share_topics<W><<<(work.topics + 63) / 64, 64>>>(rules, {node_counts.data, gains.data, node_lanes.data});
        CHECK(cudaGetLastError());

        std::vector<Census> counted(work.populations);
        census.get(counted.data(), counted.size());
        node_counts.get(outcome.nodes.data(), outcome.nodes.size());
        gains.get(outcome.gains.data(), outcome.gains.size());
        node_lanes.get(outcome.node_lanes, 4);
        for (u32 p = 0; p < work.populations; ++p) {
            Census &sum = outcome.populations[p];
            std::copy_n(counted[p].counters, u32(COUNTERS), sum.counters);
            for (u32 i = 0; i < 4; ++i) sum.lanes[i] += counted[p].lanes[i];
        }
        return outcome;
    }

  private:
    const Work &work;
    Outcome outcome;
    std::vector<Buffer<u32>> due, words;
    Buffer<u32> nodes, older, mails, finds, topic_kind, lab_boards, edge_start, binomial, classes, node_lanes;
    Buffer<i32> normal;
    Buffer<AliasEntry> alias;
    Buffer<KindGain> kind_gains;
    Buffer<KindTick> kinds;
    Buffer<BoardTick> boards;
    Buffer<Edge> edges;
    Buffer<Mail> mail_rows;
    Buffer<Census> census;
    Buffer<NodeCensus> node_counts;
    Buffer<u64> gains;

    void take_tables(u32 t) {
        std::string prefix = std::to_string(t) + ".";
        if (work.has(prefix + "alias")) alias.put(work.as<AliasEntry>(prefix + "alias"));
        if (work.has(prefix + "binomial")) binomial.put(work.as<u32>(prefix + "binomial"));
    }
};

template <int W> void run(const Work &work) {
    Engine<W> engine(work);
    cudaDeviceProp device;
    CHECK(cudaGetDeviceProperties(&device, 0));
    std::string version = "CUDA " + std::to_string(CUDART_VERSION / 1000) + ", " + device.name;
    serve(work, engine, "cuda", version.c_str(), 1);
}

int main(int count, char **args) {
    if (count < 2) {
        std::cerr << "usage: peer FILE THREADS\n";
        return 2;
    }
    int devices = 0;
    CHECK(cudaGetDeviceCount(&devices));
    Work work(args[1]);
    switch (work.window_words) {
    case 1: run<1>(work); break;
    case 2: run<2>(work); break;
    case 4: run<4>(work); break;
    }
}
