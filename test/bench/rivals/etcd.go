// Load for etcd: puts and linearizable gets of a few keys, through its own client. The words are its endpoints.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"go.etcd.io/etcd/clientv3"
)

const (
	keys = 1024
	// callersPerConnection: more connections cost the server more than they give, fewer queue in the client.
	callersPerConnection = 64
	dialTimeout          = 5 * time.Second
)

func connect(endpoints []string, inFlight int) ([]*clientv3.Client, error) {
	clients := make([]*clientv3.Client, (inFlight+callersPerConnection-1)/callersPerConnection)
	for at := range clients {
		client, err := clientv3.New(clientv3.Config{Endpoints: endpoints, DialTimeout: dialTimeout})
		if err != nil {
			return nil, err
		}
		clients[at] = client
	}
	return clients, nil
}

func load(endpoints []string, q question) (interface{}, error) {
	payload := make([]byte, q.Bytes)
	if _, err := rand.Read(payload); err != nil {
		return nil, err
	}
	clients, err := connect(endpoints, q.InFlight)
	if err != nil {
		return nil, err
	}
	next := make([]int, q.InFlight)
	key := func(caller int) string {
		next[caller]++
		return fmt.Sprintf("key-%04d", (next[caller]*q.InFlight+caller)%keys)
	}
	calls := map[string]func(int) error{
		"put": func(caller int) error {
			_, err := clients[caller%len(clients)].Put(context.Background(), key(caller), string(payload))
			return err
		},
		"get": func(caller int) error {
			_, err := clients[caller%len(clients)].Get(context.Background(), key(caller))
			return err
		},
	}
	call, known := calls[q.Call]
	if !known {
		return nil, errors.New("unknown call " + q.Call)
	}
	result := closedLoop(q, call)
	for _, client := range clients {
		client.Close()
	}
	return result, nil
}

// leader names the endpoint that leads.
func leader(endpoints []string) (interface{}, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: endpoints, DialTimeout: dialTimeout})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	for _, endpoint := range endpoints {
		limited, cancel := context.WithTimeout(context.Background(), dialTimeout)
		status, err := client.Status(limited, endpoint)
		cancel()
		if err == nil && status.Leader == status.Header.MemberId {
			return endpoint, nil
		}
	}
	return "", nil
}

func main() {
	endpoints := os.Args[1:]
	serve(func(q question) (interface{}, error) {
		if q.Call == "leader" {
			return leader(endpoints)
		}
		if len(q.Peers) > 0 {
			return load(q.Peers, q)
		}
		return load(endpoints, q)
	})
}
