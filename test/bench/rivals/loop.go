// What the load generators of the rivals share: a closed loop, and a line of JSON for each question on standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"
)

// question is what the benchmark asks: a call to make again and again, or something about this process.
type question struct {
	Call     string   `json:"call"`
	InFlight int      `json:"inFlight"`
	Bytes    int      `json:"bytes"`
	WarmMs   float64  `json:"warmMs"`
	Ms       float64  `json:"ms"`
	Peers    []string `json:"peers"`
}

// figures are what came of a load, as the members of kayak tell it.
type figures struct {
	Count     int     `json:"count"`
	Failed    int     `json:"failed"`
	PerSecond float64 `json:"perSecond"`
	P50Ms     float64 `json:"p50Ms"`
	P99Ms     float64 `json:"p99Ms"`
	P999Ms    float64 `json:"p999Ms"`
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond))
}

// longer is by how much a load goes on for want of calls that ended.
const longer = 10

// window takes down how long calls have taken, from the end of the warm-up until the time is over.
type window struct {
	sync.Mutex
	q     question
	from  time.Time
	until time.Time
	took  []float64
}

// isOver tells whether no more is to be called: the time is over, and a call of each caller has been counted.
func (w *window) isOver(now time.Time) bool {
	w.Lock()
	defer w.Unlock()
	lasted := now.Sub(w.from)
	if w.until.IsZero() && lasted >= milliseconds(w.q.Ms) &&
		(len(w.took) >= w.q.InFlight || lasted >= milliseconds(longer*w.q.Ms)) {
		w.until = now
	}
	return !w.until.IsZero()
}

func (w *window) ended(asked, now time.Time) {
	w.Lock()
	defer w.Unlock()
	if now.After(w.from) && w.until.IsZero() {
		w.took = append(w.took, float64(now.Sub(asked))/float64(time.Millisecond))
	}
}

// closedLoop has every caller call again as soon as it was answered.
func closedLoop(q question, call func(caller int) error) figures {
	w := &window{q: q, from: time.Now().Add(milliseconds(q.WarmMs))}
	failed := make([]int, q.InFlight)
	var callers sync.WaitGroup
	for at := 0; at < q.InFlight; at++ {
		callers.Add(1)
		go func(at int) {
			defer callers.Done()
			for now := time.Now(); !w.isOver(now); {
				asked := now
				err := call(at)
				now = time.Now()
				if err == nil {
					w.ended(asked, now)
				} else {
					failed[at]++
				}
			}
		}(at)
	}
	callers.Wait()
	return summary(w, failed)
}

func summary(w *window, failed []int) figures {
	failures := 0
	for _, count := range failed {
		failures += count
	}
	sort.Float64s(w.took)
	percentile := func(share float64) float64 {
		if len(w.took) == 0 {
			return 0
		}
		return w.took[int(share*float64(len(w.took)-1))]
	}
	return figures{
		Count: len(w.took), Failed: failures, PerSecond: float64(len(w.took)) / w.until.Sub(w.from).Seconds(),
		P50Ms: percentile(0.5), P99Ms: percentile(0.99), P999Ms: percentile(0.999),
	}
}

// serve answers one question a line, until standard input ends.
func serve(answer func(question) (interface{}, error)) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		told := map[string]interface{}{}
		err := json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			told["value"], err = answer(asked)
		}
		if err != nil {
			told["error"] = err.Error()
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
}
