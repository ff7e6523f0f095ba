[{ "name": "${name}", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/${name}:latest", "essential": true }]
