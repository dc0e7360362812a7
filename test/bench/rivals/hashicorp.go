// A member of hashicorp/raft that also makes load, with BoltDB behind its cache. The word is its folder.
package main

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb"
)

const (
	slots   = 1024
	timeout = 10 * time.Second
)

// machine keeps the last payload of each of its slots, as the machine of kayak's members does.
type machine struct {
	slots [slots][]byte
}

func (m *machine) Apply(entry *raft.Log) interface{} {
	m.slots[entry.Index%slots] = entry.Data
	return nil
}

func (m *machine) Snapshot() (raft.FSMSnapshot, error) {
	return &snapshot{slots: m.slots}, nil
}

func (m *machine) Restore(from io.ReadCloser) error {
	_, err := io.Copy(io.Discard, from)
	return err
}

type snapshot struct {
	slots [slots][]byte
}

func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	for _, slot := range s.slots {
		if _, err := sink.Write(slot); err != nil {
			_ = sink.Cancel()
			return err
		}
	}
	return sink.Close()
}

func (s *snapshot) Release() {}

// found starts the member in a cluster of the peers named, as whoever has this transport's address.
func found(dir string, transport *raft.NetworkTransport, peers []string) (*raft.Raft, error) {
	store, err := raftboltdb.NewBoltStore(filepath.Join(dir, "raft.db"))
	if err != nil {
		return nil, err
	}
	cached, err := raft.NewLogCache(512, store)
	if err != nil {
		return nil, err
	}
	snapshots, err := raft.NewFileSnapshotStore(dir, 2, io.Discard)
	if err != nil {
		return nil, err
	}
	config := raft.DefaultConfig()
	config.LocalID = raft.ServerID(transport.LocalAddr())
	config.Logger = hclog.NewNullLogger()
	var servers []raft.Server
	for _, peer := range peers {
		servers = append(servers, raft.Server{ID: raft.ServerID(peer), Address: raft.ServerAddress(peer)})
	}
	if err := raft.BootstrapCluster(config, cached, store, snapshots, transport, raft.Configuration{Servers: servers}); err != nil {
		return nil, err
	}
	return raft.NewRaft(config, &machine{}, cached, store, snapshots, transport)
}

func main() {
	dir := os.Args[1]
	transport, err := raft.NewTCPTransport("127.0.0.1:0", nil, 3, timeout, io.Discard)
	if err != nil {
		panic(err)
	}
	var member *raft.Raft
	serve(func(q question) (interface{}, error) {
		switch q.Call {
		case "address":
			return transport.LocalAddr(), nil
		case "found":
			member, err = found(dir, transport, q.Peers)
			return nil, err
		case "leads":
			return member.State() == raft.Leader, nil
		case "apply":
			payload := make([]byte, q.Bytes)
			if _, err := rand.Read(payload); err != nil {
				return nil, err
			}
			return closedLoop(q, func(int) error { return member.Apply(payload, timeout).Error() }), nil
		case "verify":
			return closedLoop(q, func(int) error { return member.VerifyLeader().Error() }), nil
		}
		return nil, errors.New("unknown call " + q.Call)
	})
	if member != nil {
		_ = member.Shutdown().Error()
	}
}
